import { hex, alg, bits, from, octets, sized, sizedOf, u16, u32, u64, u8 } from './wire.ts';
import { password } from './request.ts';
import { TPM2 } from './kinds.ts';
import {
  A,
  ALG,
  STORAGE,
  cipherObject,
  eccObject,
  eccTemplate,
  keyedHashObject,
  rsaObject,
  type SoftwareObject,
} from './objects.ts';
import { RH, pcrSelection, sensitiveCreate } from './requests.ts';
import type { Step } from './client.ts';

/** A state that cases begin in: the steps that lead there, from the factory or another setting. */
export type Setting = {
  readonly name: string;
  readonly on?: Setting;
  readonly steps: readonly Step[];
};

/** What a furnished TPM holds, by handle. */
export const H = {
  PUBLIC: 0x80000000,
  STORAGE: 0x81000001,
  RSA: 0x81000002,
  SIGNING: 0x81000003,
  EXCHANGE: 0x81000004,
  HMAC: 0x81000005,
  CIPHER: 0x81000006,
  SEALED: 0x81000007,
  ATTESTATION: 0x81000008,
  MOVABLE: 0x81000009,
  NEW_PARENT: 0x8100000a,
  HMAC_SESSION: 0x02000000,
  POLICY_SESSION: 0x03000001,
} as const;

/** The NV indices of a furnished TPM. */
export const NV = {
  ORDINARY: 0x01000001,
  COUNTER: 0x01000002,
  BITS: 0x01000003,
  EXTEND: 0x01000004,
  UNWRITTEN: 0x01000005,
  PIN_FAIL: 0x01000006,
  PIN_PASS: 0x01000007,
  SPECIAL: 0x01000008,
} as const;

/** Bits of TPMA_NV. */
export const NVA = {
  PPWRITE: 0x1,
  OWNERWRITE: 0x2,
  AUTHWRITE: 0x4,
  POLICYWRITE: 0x8,
  COUNTER: 0x10,
  BITS: 0x20,
  EXTEND: 0x40,
  PIN_FAIL: 0x80,
  PIN_PASS: 0x90,
  POLICY_DELETE: 0x400,
  WRITELOCKED: 0x800,
  WRITEALL: 0x1000,
  WRITEDEFINE: 0x2000,
  WRITE_STCLEAR: 0x4000,
  GLOBALLOCK: 0x8000,
  PPREAD: 0x10000,
  OWNERREAD: 0x20000,
  AUTHREAD: 0x40000,
  POLICYREAD: 0x80000,
  NO_DA: 0x2000000,
  ORDERLY: 0x4000000,
  CLEAR_STCLEAR: 0x8000000,
  READLOCKED: 0x10000000,
  WRITTEN: 0x20000000,
  PLATFORMCREATE: 0x40000000,
  READ_STCLEAR: 0x80000000,
} as const;

/** The value of the sealed data. */
export const SEALED_AUTH = 'sealed data';
/** The value of the index that counts failures. */
export const PIN = 'four';

/** PolicyCommandCode(Duplicate) with SHA-256, from the beginning. */
export const DUPLICATE_POLICY = hex(
  'bef56b8c1cc84e11edd717528d2cd99356bd2bbf8f015209c3f84aeeaba8e8a2',
);

/** publicInfo of an index that is to be defined. */
export function nvPublic(index: number, attributes: number, size: number, policy = hex('')) {
  return sizedOf(
    'publicInfo',
    u32('nvIndex', index),
    alg('nameAlg', ALG.SHA256),
    bits('attributes', attributes),
    sized('authPolicy', policy),
    u16('dataSize', size),
  );
}

/** Defines an index. */
export function defined(
  index: number,
  attributes: number,
  size: number,
  auth = '',
  policy = hex(''),
) {
  const by = (attributes & NVA.PLATFORMCREATE) === 0 ? RH.OWNER : RH.PLATFORM;
  const value = sized('auth', Buffer.from(auth));
  return TPM2.NV_DefineSpace([by], [value, nvPublic(index, attributes, size, policy)]);
}

const OWNED = NVA.OWNERREAD | NVA.OWNERWRITE | NVA.AUTHREAD | NVA.AUTHWRITE | NVA.NO_DA;
const STCLEAR = NVA.READ_STCLEAR | NVA.WRITE_STCLEAR;
const PIN_ATTRIBUTES = NVA.OWNERREAD | NVA.OWNERWRITE | NVA.AUTHREAD | NVA.NO_DA;

/** Imports a key that was made outside, loads it, and makes it persistent. */
export function installed(object: SoftwareObject, handle: number): readonly Step[] {
  const publicArea = sizedOf('inPublic', ...object.publicArea);
  const imported = TPM2.Import(
    [H.STORAGE],
    [
      sized('encryptionKey'),
      publicArea,
      sizedOf('duplicate', sizedOf('sensitive', ...object.sensitive)),
      sized('inSymSeed'),
      alg('symmetricAlg', ALG.NULL),
    ],
    { keep: 'imported' },
  );
  const loaded = [octets('inPrivate', from('imported.outPrivate')), publicArea];
  return [
    imported,
    TPM2.Load([H.STORAGE], loaded, { keep: 'installed' }),
    TPM2.EvictControl([RH.OWNER, { from: 'installed.handle' }], [u32('persistentHandle', handle)]),
    TPM2.FlushContext([], [octets('flushHandle', from('installed.handle'))]),
  ];
}

/** Creates a primary key, which takes the first free slot. */
export function primary(hierarchy: number, ...template: Parameters<typeof eccTemplate>) {
  return TPM2.CreatePrimary(
    [hierarchy],
    [
      sensitiveCreate(),
      sizedOf('inPublic', ...eccTemplate(...template)),
      sized('outsideInfo'),
      ...pcrSelection('creationPCR'),
    ],
    { keep: 'primary' },
  );
}

/** Starts a session with SHA-256 that is neither bound nor salted: 0 HMAC, 1 policy, 3 trial. */
export function session(type: number, hash: number = ALG.SHA256) {
  return TPM2.StartAuthSession(
    [RH.NULL, RH.NULL],
    [
      sized('nonceCaller', hex('a0'.repeat(16))),
      sized('encryptedSalt'),
      u8('sessionType', type),
      alg('symmetric.algorithm', ALG.NULL),
      alg('authHash', hash),
    ],
  );
}

/** Powered on, and nothing more. */
export const POWERED: Setting = { name: 'powered on', steps: [{ type: 'Init' }] };
/** Started with CLEAR. */
export const STARTED: Setting = {
  name: 'started',
  on: POWERED,
  steps: [TPM2.Startup([], [u16('startupType', 0)])],
};

const KEYS: readonly Step[] = [
  primary(RH.OWNER, STORAGE),
  TPM2.EvictControl([RH.OWNER, 0x80000000], [u32('persistentHandle', H.STORAGE)]),
  TPM2.FlushContext([], [u32('flushHandle', 0x80000000)]),
  ...installed(rsaObject(A.user | A.noDA | A.sign | A.decrypt), H.RSA),
  ...installed(eccObject(1, A.user | A.noDA | A.sign), H.SIGNING),
  ...installed(eccObject(2, A.user | A.noDA | A.decrypt), H.EXCHANGE),
  ...installed(
    keyedHashObject('hmac key', A.user | A.noDA | A.sign, '', hex(''), ALG.HMAC, ALG.SHA256),
    H.HMAC,
  ),
  ...installed(cipherObject(A.user | A.noDA | A.sign | A.decrypt), H.CIPHER),
  ...installed(keyedHashObject('the data', A.user, SEALED_AUTH), H.SEALED),
  ...installed(
    rsaObject(A.user | A.noDA | A.sign | A.restricted, ALG.RSASSA, ALG.SHA256),
    H.ATTESTATION,
  ),
  ...installed(keyedHashObject('movable', A.user | A.noDA, '', DUPLICATE_POLICY), H.MOVABLE),
  ...installed(eccObject(3, A.user | A.noDA | A.restricted | A.decrypt), H.NEW_PARENT),
];

const PIN_COUNTS = hex('0000000000000005');

const INDICES: readonly Step[] = [
  defined(NV.ORDINARY, OWNED | STCLEAR, 16),
  TPM2.NV_Write(
    [RH.OWNER, NV.ORDINARY],
    [sized('data', hex('000102030405060708090a0b0c0d0e0f')), u16('offset', 0)],
  ),
  defined(NV.COUNTER, OWNED | NVA.COUNTER, 8),
  TPM2.NV_Increment([RH.OWNER, NV.COUNTER]),
  defined(NV.BITS, OWNED | NVA.BITS, 8),
  TPM2.NV_SetBits([RH.OWNER, NV.BITS], [u64('bits', 5)]),
  defined(NV.EXTEND, OWNED | NVA.EXTEND, 32),
  TPM2.NV_Extend([RH.OWNER, NV.EXTEND], [sized('data', hex('aa'))]),
  defined(NV.UNWRITTEN, OWNED | STCLEAR, 8),
  defined(NV.PIN_FAIL, PIN_ATTRIBUTES | NVA.PIN_FAIL, 8, PIN),
  TPM2.NV_Write([RH.OWNER, NV.PIN_FAIL], [sized('data', PIN_COUNTS), u16('offset', 0)]),
  defined(NV.PIN_PASS, PIN_ATTRIBUTES | NVA.PIN_PASS, 8, PIN),
  TPM2.NV_Write([RH.OWNER, NV.PIN_PASS], [sized('data', PIN_COUNTS), u16('offset', 0)]),
  defined(
    NV.SPECIAL,
    NVA.PPREAD | NVA.PPWRITE | NVA.PLATFORMCREATE | NVA.POLICY_DELETE | NVA.NO_DA,
    8,
    '',
    hex('22'.repeat(32)),
  ),
];

/** Keys of every kind, an index of every type, an HMAC and a policy session, a public key. */
export const FURNISHED: Setting = {
  name: 'furnished',
  on: STARTED,
  steps: [
    ...KEYS,
    ...INDICES,
    TPM2.Unseal([H.SEALED], [], { by: [password(SEALED_AUTH)] }),
    session(0),
    session(1),
    TPM2.LoadExternal(
      [],
      [
        sized('inPrivate'),
        sizedOf('inPublic', ...eccObject(1, A.user | A.sign).publicArea),
        u32('hierarchy', RH.OWNER),
      ],
    ),
  ],
};
