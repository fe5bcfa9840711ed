import { COMMANDS } from '../../../../domain/commands/index.ts';
import { NV, NV_TYPES, OBJECT, has } from '../../../../domain/structures/attributes.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import type { TpmObject } from '../../../../domain/tpm/objects.ts';
import type { Guest, Manner } from '../guest.ts';
import { createPrimary } from './keys.ts';
import { startSession } from './sessions.ts';
import { importStock, loadStock, stockOf } from './stock.ts';

const NONE = new Uint8Array(0);
const OWNERS = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.LOCKOUT];
const NV_BITS = Object.values(NV);
const NULL_TICKET = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };
const MODES = ['NULL', 'CTR', 'OFB', 'CBC', 'CFB', 'ECB'];

/** A handle of a loaded object for which `is` holds, from the stock when there is none. */
function objectFor(guest: Guest, is: (object: TpmObject) => boolean): number {
  const fitting = guest.objects(is);
  if (fitting.length > 0 && guest.random.chance(80)) return guest.random.pick(fitting);
  const any = guest.objects();
  const made = guest.random.chance(50) ? loadStock(guest) : importStock(guest);
  return made === 0 && any.length > 0 ? guest.random.pick(any) : made;
}

function uses(mask: number, ...types: readonly string[]) {
  return ({ publicArea }: TpmObject): boolean =>
    has(publicArea.objectAttributes, mask) && types.includes(publicArea.type);
}

function scheme(guest: Guest, ...names: readonly string[]) {
  const name = guest.random.pick(names);
  if (name === 'NULL' || name === 'RSAES') return { scheme: name };
  return { scheme: name, hashAlg: guest.random.pick(HASH_ALGS) };
}

function signAnything(guest: Guest): void {
  const keyHandle = objectFor(guest, uses(OBJECT.sign, 'RSA', 'ECC', 'KEYEDHASH'));
  const hashAlg = guest.random.pick(HASH_ALGS);
  const digest = guest.random.octets(DIGEST_SIZE[hashAlg]);
  const inScheme = scheme(guest, 'NULL', 'NULL', 'RSASSA', 'RSAPSS', 'ECDSA', 'HMAC');
  const { values } = guest.run('Sign', { keyHandle, digest, inScheme, validation: NULL_TICKET });
  if (values['signature'] === undefined) return;
  const other = guest.random.chance(20) ? guest.random.octets(32) : digest;
  const signature = values['signature'];
  guest.run('VerifySignature', { keyHandle, digest: other, signature });
}

function encryptRsa(guest: Guest): void {
  const keyHandle = objectFor(guest, uses(0, 'RSA'));
  const inScheme = scheme(guest, 'NULL', 'RSAES', 'OAEP');
  const label = guest.random.pick([NONE, new Uint8Array([65, 0]), new Uint8Array([65])]);
  const size = guest.random.pick([0, 1, 32, 190, 245, 256]);
  const message = guest.random.octets(size);
  if (size === 256) message[0] = 0;
  const { values } = guest.run('RSA_Encrypt', { keyHandle, message, inScheme, label });
  const cipherText = values['outData'];
  if (cipherText === undefined) return;
  guest.run('RSA_Decrypt', { keyHandle, cipherText, inScheme, label });
}

function encryptSymmetric(guest: Guest): void {
  const keyHandle = objectFor(guest, uses(0, 'SYMCIPHER'));
  const input = {
    keyHandle,
    decrypt: guest.random.chance(50),
    mode: guest.random.pick(MODES),
    ivIn: guest.random.octets(guest.random.pick([16, 16, 16, 0, 8])),
    inData: guest.random.octets(guest.random.pick([0, 1, 16, 32, 33, 128])),
  };
  guest.run(guest.random.pick(['EncryptDecrypt', 'EncryptDecrypt2']), input);
}

function macs(guest: Guest): void {
  const handle = objectFor(guest, uses(OBJECT.sign, 'KEYEDHASH', 'SYMCIPHER'));
  const hashAlg = guest.random.pick(['NULL', 'NULL', ...HASH_ALGS]);
  guest.run('HMAC', { handle, buffer: guest.random.octets(guest.random.below(80)), hashAlg });
}

function exchange(guest: Guest): void {
  const keyHandle = objectFor(guest, uses(OBJECT.decrypt, 'ECC'));
  const { inPublic } = stockOf(guest.random, true);
  const inPoint = inPublic.type === 'ECC' ? inPublic.unique : { x: NONE, y: NONE };
  guest.run('ECDH_ZGen', { keyHandle, inPoint });
}

/** Any attributes at all, of which most are refused. */
function defineAnything(guest: Guest): void {
  const { random } = guest;
  const type = random.pick([...Object.values(NV_TYPES), 3, 15]);
  const share = random.pick([20, 40, 60]);
  const bits = NV_BITS.reduce<number>((all, bit) => (random.chance(share) ? all | bit : all), 0);
  const usual = NV.AUTHREAD | NV.OWNERWRITE | NV.PPWRITE | NV.OWNERREAD;
  const unset = NV.WRITTEN | NV.WRITELOCKED | NV.READLOCKED;
  const isSane = random.chance(75);
  const attributes = (isSane ? (bits | usual) & ~unset : bits) & ~0xf0;
  const nameAlg = random.pick(['SHA256', 'SHA256', ...HASH_ALGS] as const);
  const policySize = random.pick([0, 0, DIGEST_SIZE[nameAlg], 20]);
  const sizes = [8, 8, DIGEST_SIZE[nameAlg], 0, 1, 64, random.chance(10) ? 2048 : 20];
  guest.run('NV_DefineSpace', {
    authHandle: has(attributes, NV.PLATFORMCREATE) ? TPM_RH.PLATFORM : TPM_RH.OWNER,
    auth: random.chance(40) ? new Secret(random.octets(random.below(33))) : EMPTY_SECRET,
    publicInfo: {
      nvIndex: 0x01800000 + random.below(24),
      nameAlg,
      attributes: (attributes | (type << 4)) >>> 0,
      authPolicy: random.octets(policySize),
      dataSize: random.pick(sizes),
    },
  });
}

/** Any command of NV on any index, by anybody. */
function useAnything(guest: Guest): void {
  const { random } = guest;
  const known = [...guest.tpm.nv.indices.keys()];
  const nvIndex = known.length > 0 && random.chance(95) ? random.pick(known) : 0x01800030;
  const size = guest.tpm.nv.indices.get(nvIndex)?.publicArea.dataSize ?? 8;
  const authHandle = random.pick([nvIndex, nvIndex, TPM_RH.OWNER, TPM_RH.PLATFORM]);
  const offset = random.pick([0, 0, 0, 1, size, 0xffff]);
  const data = random.octets(Math.min(1024, random.pick([0, 1, 8, size, size + 1])));
  const index = { authHandle, nvIndex };
  const choices: readonly (readonly [string, object])[] = [
    ['NV_Write', { ...index, data, offset }],
    ['NV_Read', { ...index, size: Math.min(1024, random.pick([0, 1, 8, size])), offset }],
    ['NV_Increment', index],
    ['NV_SetBits', { ...index, bits: BigInt(random.below(65536)) }],
    ['NV_Extend', { ...index, data }],
    ['NV_WriteLock', index],
    ['NV_ReadLock', index],
    ['NV_ReadPublic', { nvIndex }],
    ['NV_UndefineSpace', { authHandle: random.pick(OWNERS), nvIndex }],
    ['NV_ChangeAuth', { nvIndex, newAuth: new Secret(random.octets(4)) }],
    ['NV_UndefineSpaceSpecial', { nvIndex, platform: TPM_RH.PLATFORM }],
    ['NV_GlobalWriteLock', { authHandle: random.pick([TPM_RH.OWNER, TPM_RH.PLATFORM]) }],
  ];
  const [name, input] = random.pick(choices);
  if (name === 'NV_GlobalWriteLock' && random.chance(80)) return;
  guest.run(name, input as Readonly<Record<string, unknown>>);
}

/** What a policy may ask for: commands on a policy session. */
function assertions(guest: Guest): readonly (readonly [string, object])[] {
  const { random } = guest;
  const pcrs = [{ hash: random.pick(HASH_ALGS), pcrSelect: random.octets(3) }];
  const code = random.pick(COMMANDS).code;
  const all: readonly (readonly [string, object])[] = [
    ['PolicyAuthValue', {}],
    ['PolicyAuthValue', {}],
    ['PolicyPassword', {}],
    ['PolicyCommandCode', { code: random.chance(70) ? 0x14e : code }],
    ['PolicyLocality', { locality: random.pick([1, 2, 3, 31, 0, 32, 255]) }],
    ['PolicyNvWritten', { writtenSet: random.chance(50) }],
    ['PolicyPCR', { pcrDigest: NONE, pcrs }],
    ['PolicyPhysicalPresence', {}],
    ['PolicyCpHash', { cpHashA: random.octets(32) }],
    ['PolicyNameHash', { nameHash: random.octets(32) }],
    [
      'PolicySecret',
      {
        authHandle: random.pick(OWNERS),
        nonceTPM: NONE,
        cpHashA: NONE,
        policyRef: random.octets(random.below(4)),
        expiration: 0,
      },
    ],
  ];
  return Array.from({ length: 1 + random.below(3) }, () => random.pick(all));
}

/** The same assertions in a trial, for a policy, and in the session that is to satisfy it. */
function byPolicy(guest: Guest): void {
  const { random } = guest;
  const chosen = assertions(guest);
  const assert = (policySession: number): void => {
    for (const [name, input] of chosen) guest.run(name, { ...input, policySession });
  };
  const trial = startSession(guest, 'TRIAL', { authHash: 'SHA256' });
  if (trial === 0) return;
  assert(trial);
  const { values } = guest.run('PolicyGetDigest', { policySession: trial });
  guest.run('FlushContext', { flushHandle: trial });
  const authPolicy = values['policyDigest'] as Uint8Array | undefined;
  if (authPolicy === undefined) return;
  const session = startSession(guest, 'POLICY', { authHash: 'SHA256' });
  if (session === 0) return;
  const use = random.chance(60) ? indexUnder(guest, authPolicy) : hierarchyUnder(guest, authPolicy);
  assert(session);
  use({ policySession: session });
  if (random.chance(50)) use({ policySession: session });
  if (!guest.tpm.sessions.loaded.has(session) || random.chance(20)) return;
  guest.run('FlushContext', { flushHandle: session });
}

function indexUnder(guest: Guest, authPolicy: Uint8Array): (manner: Manner) => void {
  const { random } = guest;
  const nvIndex = 0x01800000 + random.below(24);
  const readers = NV.POLICYREAD | NV.POLICYWRITE | NV.OWNERREAD | NV.OWNERWRITE;
  const attributes = readers | NV.PPWRITE | (random.chance(60) ? NV.NO_DA : 0);
  const auth = random.chance(60) ? new Secret(random.octets(6)) : EMPTY_SECRET;
  const publicInfo = { nvIndex, nameAlg: 'SHA256', attributes, authPolicy, dataSize: 8 };
  guest.run('NV_DefineSpace', { authHandle: TPM_RH.OWNER, auth, publicInfo });
  const index = { authHandle: nvIndex, nvIndex };
  return (manner) => {
    const data = random.octets(8);
    if (random.chance(40)) guest.run('NV_Write', { ...index, data, offset: 0 }, manner);
    else guest.run('NV_Read', { ...index, size: 8, offset: 0 }, manner);
  };
}

function hierarchyUnder(guest: Guest, authPolicy: Uint8Array): (manner: Manner) => void {
  const authHandle = guest.random.pick(OWNERS);
  guest.run('SetPrimaryPolicy', { authHandle, authPolicy, hashAlg: 'SHA256' });
  return (manner) => {
    if (guest.random.chance(50)) {
      const newAuth = new Secret(guest.random.octets(guest.random.below(9)));
      guest.run('HierarchyChangeAuth', { authHandle, newAuth }, manner);
    } else {
      guest.run('SetPrimaryPolicy', { authHandle, authPolicy, hashAlg: 'SHA256' }, manner);
    }
  };
}

function measureAnything(guest: Guest): void {
  const { random } = guest;
  const pcrHandle = random.chance(95) ? random.below(24) : TPM_RH.NULL;
  const digests = HASH_ALGS.filter(() => random.chance(50)).map((hashAlg) => ({
    hashAlg,
    digest: random.octets(DIGEST_SIZE[hashAlg]),
  }));
  const locality = random.below(5);
  const choices: readonly (readonly [string, object])[] = [
    ['PCR_Extend', { pcrHandle, digests }],
    ['PCR_Event', { pcrHandle, eventData: random.octets(random.below(64)) }],
    ['PCR_Reset', { pcrHandle }],
  ];
  const [name, input] = random.pick(choices);
  const manner = random.chance(50) ? { locality } : {};
  guest.run(name, input as Readonly<Record<string, unknown>>, manner);
}

function audited(guest: Guest): void {
  const { random } = guest;
  const codes = (): readonly number[] =>
    Array.from({ length: random.below(4) }, () => random.pick(COMMANDS).code);
  const auditAlg = random.pick(['NULL', 'NULL', 'NULL', ...HASH_ALGS]);
  const isChange = auditAlg !== 'NULL';
  guest.run('SetCommandCodeAuditStatus', {
    auth: random.pick([TPM_RH.OWNER, TPM_RH.PLATFORM]),
    auditAlg,
    setList: isChange && random.chance(80) ? [] : codes(),
    clearList: isChange && random.chance(80) ? [] : codes(),
  });
}

function capabilities(guest: Guest): void {
  const { random } = guest;
  const names = ['HANDLES', 'PP_COMMANDS', 'AUDIT_COMMANDS', 'PCRS', 'PCR_PROPERTIES'];
  const capability = random.pick([
    ...names,
    'AUTH_POLICIES',
    'ECC_CURVES',
    'TPM_PROPERTIES',
    'ACT',
  ]);
  const property = random.pick([0, 1, 3, 0x11, 0x100, 0x200, 0x211, 0x40000000, 0x40000110]);
  const first = random.pick([0, 1, 2, 3, 0x40, 0x80, 0x81]) << 24;
  const isHandles = capability === 'HANDLES';
  guest.run('GetCapability', {
    capability,
    property: isHandles ? (first | random.below(4)) >>> 0 : property,
    propertyCount: random.pick([0, 1, 2, 64, 254, 1000]),
  });
}

/** Hierarchies are switched off, and on again by the next reset at the latest. */
function control(guest: Guest): void {
  const { random } = guest;
  if (random.chance(60)) return;
  const enable = random.pick([...OWNERS.slice(0, 3), TPM_RH.PLATFORM_NV]);
  guest.run('HierarchyControl', {
    authHandle: random.pick(OWNERS.slice(0, 3)),
    enable,
    state: random.chance(60),
  });
}

/** Few tries, no forgiveness: during a run no time passes on our side. */
function strict(guest: Guest): void {
  const { random } = guest;
  guest.run('DictionaryAttackParameters', {
    lockHandle: TPM_RH.LOCKOUT,
    newMaxTries: random.pick([0, 1, 2, 3, 32]),
    newRecoveryTime: random.pick([0, 100_000]),
    lockoutRecovery: random.pick([0, 100_000]),
  });
}

function changePcrs(guest: Guest): void {
  const { random } = guest;
  if (random.chance(85)) return;
  const pcrAllocation = HASH_ALGS.filter(() => random.chance(50)).map((hash) => ({
    hash,
    pcrSelect: random.pick([new Uint8Array(3), new Uint8Array(3).fill(255), random.octets(3)]),
  }));
  guest.run('PCR_Allocate', { authHandle: TPM_RH.PLATFORM, pcrAllocation });
}

function attestAnything(guest: Guest): void {
  const { random } = guest;
  const signHandle = random.chance(20)
    ? TPM_RH.NULL
    : objectFor(guest, uses(OBJECT.sign, 'RSA', 'ECC', 'KEYEDHASH'));
  const inScheme = scheme(guest, 'NULL', 'NULL', 'RSASSA', 'ECDSA', 'HMAC');
  const common = { qualifyingData: random.octets(random.below(34)), inScheme };
  const PCRselect = [{ hash: random.pick(HASH_ALGS), pcrSelect: random.octets(3) }];
  guest.run('Quote', { signHandle, ...common, PCRselect });
  const objects = guest.objects();
  if (objects.length === 0) return;
  guest.run('Certify', { objectHandle: random.pick(objects), signHandle, ...common });
}

/** What only a TPM with a twin is led through. */
export const WILD_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  signAnything,
  signAnything,
  encryptRsa,
  encryptSymmetric,
  macs,
  exchange,
  defineAnything,
  defineAnything,
  useAnything,
  useAnything,
  useAnything,
  useAnything,
  byPolicy,
  byPolicy,
  byPolicy,
  measureAnything,
  measureAnything,
  audited,
  capabilities,
  control,
  strict,
  changePcrs,
  attestAnything,
  (guest) => importStock(guest, true),
  (guest) => createPrimary(guest, undefined, guest.random.pick(OWNERS)),
];
