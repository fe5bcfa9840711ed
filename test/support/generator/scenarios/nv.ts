import { NV, NV_TYPES, has } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { nvType, type NvIndex } from '../../../../domain/tpm/nv.ts';
import type { Guest } from '../guest.ts';
import { signer } from './keys.ts';
import { policyFor, startSession, withPolicy } from './sessions.ts';

const NONE = new Uint8Array(0);
const CHANGE_AUTH = 0x13b;
const UNDEFINE_SPECIAL = 0x11f;
const FREE_FOR_ALL =
  NV.AUTHREAD | NV.AUTHWRITE | NV.OWNERREAD | NV.OWNERWRITE | NV.PPREAD | NV.PPWRITE;
const EXTRAS = [
  NV.NO_DA,
  NV.ORDERLY,
  NV.WRITE_STCLEAR,
  NV.READ_STCLEAR,
  NV.CLEAR_STCLEAR,
  NV.WRITEDEFINE,
  NV.GLOBALLOCK,
  NV.WRITEALL,
];
const KINDS = [
  'ORDINARY',
  'ORDINARY',
  'COUNTER',
  'BITS',
  'EXTEND',
  'PIN_FAIL',
  'PIN_PASS',
] as const;

/** Indices of the guest's own for which `is` holds. */
function indices(guest: Guest, is: (index: NvIndex) => boolean = () => true): readonly NvIndex[] {
  return [...guest.tpm.nv.indices.values()].filter(
    (index) => index.publicArea.nvIndex >= 0x01800000 && is(index),
  );
}

function define(
  guest: Guest,
  kind: keyof typeof NV_TYPES,
  extra = 0,
  policy: Uint8Array = NONE,
): number {
  const nvIndex = 0x01800000 + guest.random.below(24);
  const isPin = kind === 'PIN_FAIL' || kind === 'PIN_PASS';
  const writes = isPin ? FREE_FOR_ALL & ~NV.AUTHWRITE : FREE_FOR_ALL;
  const attributes = writes | (NV_TYPES[kind] << 4) | extra | (isPin ? NV.NO_DA : 0);
  const size = kind === 'ORDINARY' ? 1 + guest.random.below(64) : kind === 'EXTEND' ? 32 : 8;
  const isPlatform = has(attributes, NV.PLATFORMCREATE);
  const auth = guest.random.chance(40) ? new Secret(guest.random.octets(6)) : EMPTY_SECRET;
  const publicInfo = {
    nvIndex,
    nameAlg: 'SHA256',
    attributes: attributes >>> 0,
    authPolicy: policy,
    dataSize: size,
  };
  const authHandle = isPlatform ? TPM_RH.PLATFORM : TPM_RH.OWNER;
  const { code } = guest.run('NV_DefineSpace', { authHandle, auth, publicInfo });
  return code === 0 ? nvIndex : 0;
}

/** An index of a kind, defined when there is none. */
function indexOf(guest: Guest, kind: keyof typeof NV_TYPES, is = (_: NvIndex) => true): number {
  const known = indices(guest, (index) => nvType(index.publicArea) === NV_TYPES[kind] && is(index));
  if (known.length > 0 && guest.random.chance(85)) {
    return guest.random.pick(known).publicArea.nvIndex;
  }
  return define(guest, kind, guest.random.chance(40) ? guest.random.pick(EXTRAS) : 0);
}

function anyIndex(guest: Guest): number {
  return indexOf(guest, guest.random.pick(KINDS));
}

/** Who authorizes: the index itself, the owner, or the platform. */
function authorizer(guest: Guest, nvIndex: number): number {
  return guest.random.pick([nvIndex, TPM_RH.OWNER, TPM_RH.PLATFORM]);
}

function write(guest: Guest): void {
  const kind = guest.random.pick(['ORDINARY', 'PIN_FAIL', 'PIN_PASS'] as const);
  const nvIndex = indexOf(guest, kind);
  const size = guest.tpm.nv.indices.get(nvIndex)?.publicArea.dataSize ?? 0;
  const pin = new Uint8Array([0, 0, 0, guest.random.below(3), 0, 0, 0, 1 + guest.random.below(5)]);
  const data = kind === 'ORDINARY' ? guest.random.octets(guest.random.below(size + 1)) : pin;
  guest.run('NV_Write', { authHandle: authorizer(guest, nvIndex), nvIndex, data, offset: 0 });
}

function read(guest: Guest): void {
  const nvIndex = anyIndex(guest);
  const size = guest.tpm.nv.indices.get(nvIndex)?.publicArea.dataSize ?? 0;
  guest.run('NV_Read', { authHandle: authorizer(guest, nvIndex), nvIndex, size, offset: 0 });
}

function onIndex(
  name: string,
  kind: keyof typeof NV_TYPES,
  more: (guest: Guest) => Readonly<Record<string, unknown>>,
) {
  return (guest: Guest): void => {
    const nvIndex = indexOf(guest, kind);
    guest.run(name, { authHandle: authorizer(guest, nvIndex), nvIndex, ...more(guest) });
  };
}

function lock(name: 'NV_ReadLock' | 'NV_WriteLock', attribute: number) {
  return (guest: Guest): void => {
    const is = ({ publicArea }: NvIndex): boolean => has(publicArea.attributes, attribute);
    const known = indices(guest, is);
    const nvIndex =
      known.length > 0
        ? guest.random.pick(known).publicArea.nvIndex
        : define(guest, 'ORDINARY', attribute);
    guest.run(name, { authHandle: authorizer(guest, nvIndex), nvIndex });
  };
}

function undefine(guest: Guest): void {
  const known = indices(guest, ({ publicArea }) => !has(publicArea.attributes, NV.POLICY_DELETE));
  if (known.length === 0) return;
  const { nvIndex, attributes } = guest.random.pick(known).publicArea;
  const authHandle = has(attributes, NV.PLATFORMCREATE) ? TPM_RH.PLATFORM : TPM_RH.OWNER;
  guest.run('NV_UndefineSpace', { authHandle, nvIndex });
}

function undefineSpecial(guest: Guest): void {
  const policy = policyFor(UNDEFINE_SPECIAL);
  const extra = NV.PLATFORMCREATE | NV.POLICY_DELETE;
  const nvIndex = define(guest, 'ORDINARY', extra, policy);
  if (nvIndex === 0) return;
  withPolicy(guest, UNDEFINE_SPECIAL, (policySession) => {
    const input = { nvIndex, platform: TPM_RH.PLATFORM };
    guest.run('NV_UndefineSpaceSpecial', input, { policySession });
  });
}

function changeAuth(guest: Guest): void {
  const nvIndex = define(guest, 'ORDINARY', 0, policyFor(CHANGE_AUTH));
  if (nvIndex === 0) return;
  withPolicy(guest, CHANGE_AUTH, (policySession) => {
    const newAuth = new Secret(guest.random.octets(7));
    guest.run('NV_ChangeAuth', { nvIndex, newAuth }, { policySession });
  });
}

function certify(guest: Guest): void {
  const nvIndex = indexOf(guest, 'EXTEND');
  const data = guest.random.octets(3);
  guest.run('NV_Extend', { authHandle: TPM_RH.OWNER, nvIndex, data });
  const signHandle = guest.random.chance(30) ? TPM_RH.NULL : signer(guest);
  const size = guest.tpm.nv.indices.get(nvIndex)?.publicArea.dataSize ?? 0;
  guest.run('NV_Certify', {
    signHandle,
    authHandle: authorizer(guest, nvIndex),
    nvIndex,
    qualifyingData: guest.random.octets(5),
    inScheme: { scheme: 'NULL' },
    size: guest.random.chance(30) ? 0 : size,
    offset: 0,
  });
}

function policyNv(guest: Guest): void {
  const nvIndex = indexOf(guest, 'COUNTER');
  guest.run('NV_Increment', { authHandle: TPM_RH.OWNER, nvIndex });
  const policySession = startSession(guest, 'POLICY');
  if (nvIndex === 0 || policySession === 0) return;
  guest.run('PolicyNV', {
    authHandle: TPM_RH.OWNER,
    nvIndex,
    policySession,
    operandB: new Uint8Array(8),
    offset: 0,
    operation: 'UNSIGNED_GE',
  });
}

/** A policy that is kept in an index: PolicyAuthorizeNV takes it when the session satisfies it. */
function policyAuthorizeNv(guest: Guest): void {
  const nvIndex = define(guest, 'ORDINARY');
  const policySession = startSession(guest, 'POLICY');
  const size = guest.tpm.nv.indices.get(nvIndex)?.publicArea.dataSize ?? 0;
  if (size < 34 || policySession === 0) return;
  const { policy } = guest.tpm.sessions.loaded.get(policySession) ?? {};
  const data = new Uint8Array([0x00, 0x0b, ...(policy?.digest ?? NONE)]);
  guest.run('NV_Write', { authHandle: TPM_RH.OWNER, nvIndex, data, offset: 0 });
  guest.run('PolicyAuthorizeNV', { authHandle: TPM_RH.OWNER, nvIndex, policySession });
}

/** NV indices of all kinds. */
export const NV_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  (guest) => define(guest, guest.random.pick(KINDS), guest.random.pick([0, ...EXTRAS])),
  write,
  write,
  read,
  read,
  onIndex('NV_Increment', 'COUNTER', () => ({})),
  onIndex('NV_SetBits', 'BITS', (guest) => ({ bits: BigInt(guest.random.below(256)) })),
  onIndex('NV_Extend', 'EXTEND', (guest) => ({ data: guest.random.octets(9) })),
  lock('NV_ReadLock', NV.READ_STCLEAR),
  lock('NV_WriteLock', NV.WRITE_STCLEAR),
  (guest) => guest.run('NV_ReadPublic', { nvIndex: anyIndex(guest) }),
  (guest) => {
    if (guest.random.chance(20)) guest.run('NV_GlobalWriteLock', { authHandle: TPM_RH.OWNER });
  },
  undefine,
  undefineSpecial,
  changeAuth,
  certify,
  policyNv,
  policyAuthorizeNv,
  policyAuthorizeNv,
];
