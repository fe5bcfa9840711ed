import { NV, NV_TYPES, OBJECT } from '../../../domain/structures/attributes.ts';
import { HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import { hmacKey } from '../../support/templates.ts';
import type { Script } from '../script.ts';

const NONE = new Uint8Array(0);
const OWN = NV.OWNERREAD | NV.OWNERWRITE | NV.NO_DA;
const PCRS = [0, 7, 16, 17, 20, 21, 23];
const PLATFORM_AUTH = new Uint8Array(8).fill(0x70);
const FIRST_INDEX = 0x01800000;

type Kind = readonly [type: keyof typeof NV_TYPES, more: number, isLocked?: boolean];

/** Indices of all that a startup tells apart; each that can be is write-locked or not. */
const KINDS: readonly Kind[] = [
  ['ORDINARY', 0],
  ['ORDINARY', NV.ORDERLY],
  ['ORDINARY', NV.CLEAR_STCLEAR],
  ['ORDINARY', NV.ORDERLY | NV.CLEAR_STCLEAR],
  ['ORDINARY', NV.WRITE_STCLEAR, true],
  ['ORDINARY', NV.WRITEDEFINE, true],
  ['ORDINARY', NV.WRITEDEFINE | NV.ORDERLY, true],
  ['ORDINARY', NV.WRITE_STCLEAR | NV.CLEAR_STCLEAR, true],
  ['ORDINARY', NV.WRITE_STCLEAR | NV.ORDERLY, true],
  ['ORDINARY', NV.READ_STCLEAR],
  ['ORDINARY', NV.READ_STCLEAR | NV.ORDERLY],
  ['ORDINARY', NV.GLOBALLOCK],
  ['COUNTER', 0],
  ['COUNTER', NV.ORDERLY],
  ['COUNTER', NV.ORDERLY | NV.WRITE_STCLEAR, true],
  ['BITS', NV.ORDERLY],
  ['BITS', NV.CLEAR_STCLEAR],
  ['EXTEND', NV.ORDERLY],
  ['EXTEND', NV.CLEAR_STCLEAR],
  ['PIN_PASS', NV.ORDERLY],
  ['PIN_FAIL', NV.CLEAR_STCLEAR],
];

function indexAt(at: number): number {
  return FIRST_INDEX + at;
}

function defineIndex(script: Script, at: number, [type, more]: Kind): void {
  const dataSize = type === 'EXTEND' ? 32 : 8;
  const attributes = (OWN | (NV_TYPES[type] << 4) | more) >>> 0;
  const publicInfo = {
    nvIndex: indexAt(at),
    nameAlg: 'SHA256',
    attributes,
    authPolicy: NONE,
    dataSize,
  };
  script.do('NV_DefineSpace', { authHandle: TPM_RH.OWNER, auth: EMPTY_SECRET, publicInfo });
}

function writeIndex(script: Script, at: number, [type]: Kind): void {
  const index = { authHandle: TPM_RH.OWNER, nvIndex: indexAt(at) };
  switch (type) {
    case 'COUNTER':
      script.run('NV_Increment', index);
      script.run('NV_Increment', index);
      return;
    case 'BITS':
      script.run('NV_SetBits', { ...index, bits: 5n });
      return;
    case 'EXTEND':
      script.run('NV_Extend', { ...index, data: new Uint8Array([at]) });
      return;
    default:
      script.run('NV_Write', {
        ...index,
        data: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 5]),
        offset: 0,
      });
  }
}

function indices(script: Script): void {
  KINDS.forEach((kind, at) => {
    defineIndex(script, at, kind);
    writeIndex(script, at, kind);
    const index = { authHandle: TPM_RH.OWNER, nvIndex: indexAt(at) };
    if (kind[2] === true) script.do('NV_WriteLock', index);
    if ((kind[1] & NV.READ_STCLEAR) !== 0) script.do('NV_ReadLock', index);
  });
  script.do('NV_GlobalWriteLock', { authHandle: TPM_RH.OWNER });
}

/** A session as StartAuthSession takes it: neither salted nor bound. */
export function sessionInput(sessionType: 'HMAC' | 'POLICY' | 'TRIAL') {
  return {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.NULL,
    nonceCaller: new Uint8Array(16),
    encryptedSalt: NONE,
    sessionType,
    symmetric: { algorithm: 'NULL' },
    authHash: 'SHA256',
  };
}

function startSession(script: Script, sessionType: 'HMAC' | 'POLICY'): number {
  return script.do('StartAuthSession', sessionInput(sessionType)).handle;
}

function primary(script: Script, primaryHandle: number, more = 0): number {
  return script.do('CreatePrimary', {
    primaryHandle,
    inSensitive: { userAuth: EMPTY_SECRET, data: EMPTY_SECRET },
    inPublic: hmacKey(OBJECT.noDA | more),
    outsideInfo: NONE,
    creationPCR: [],
  }).handle;
}

function saved(script: Script, saveHandle: number, isObject = true): unknown {
  const { context } = script.do('ContextSave', { saveHandle }).values;
  if (isObject) script.do('FlushContext', { flushHandle: saveHandle });
  return context;
}

/** Contexts of objects in each hierarchy, stClear and not, of a sequence and of sessions. */
function contexts(script: Script): readonly unknown[] {
  const hierarchies = [TPM_RH.OWNER, TPM_RH.NULL, TPM_RH.PLATFORM, TPM_RH.ENDORSEMENT];
  const all = hierarchies.flatMap((hierarchy) => [
    saved(script, primary(script, hierarchy)),
    saved(script, primary(script, hierarchy, OBJECT.stClear)),
  ]);
  const sequence = script.do('HashSequenceStart', { auth: EMPTY_SECRET, hashAlg: 'SHA256' });
  all.push(saved(script, sequence.handle));
  all.push(saved(script, startSession(script, 'HMAC'), false));
  const policy = startSession(script, 'POLICY');
  script.do('PolicyLocality', { policySession: policy, locality: 1 });
  all.push(saved(script, policy, false));
  startSession(script, 'HMAC');
  return all;
}

function extend(script: Script, pcrHandle: number): void {
  const digests = HASH_ALGS.map((hashAlg) => ({
    hashAlg,
    digest: new Uint8Array({ SHA1: 20, SHA256: 32, SHA384: 48, SHA512: 64 }[hashAlg]).fill(
      pcrHandle,
    ),
  }));
  script.run('PCR_Extend', { pcrHandle, digests }, { locality: pcrHandle >= 17 ? 2 : 0 });
}

/** Everything that a startup may keep or forget. Gives the saved contexts. */
export function fill(script: Script): readonly unknown[] {
  indices(script);
  for (const pcr of PCRS) extend(script, pcr);
  const setUp = contexts(script);
  script.do('PCR_SetAuthValue', { pcrHandle: 20, auth: new Uint8Array([1, 2, 3]) });
  script.do('SetCommandCodeAuditStatus', {
    auth: TPM_RH.OWNER,
    auditAlg: 'NULL',
    setList: [0x17b],
    clearList: [],
  });
  script.do('GetRandom', { bytesRequested: 4 });
  script.do('SetPrimaryPolicy', {
    authHandle: TPM_RH.PLATFORM,
    authPolicy: new Uint8Array(32).fill(3),
    hashAlg: 'SHA256',
  });
  for (const enable of [TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM_NV]) {
    script.do('HierarchyControl', { authHandle: TPM_RH.PLATFORM, enable, state: false });
  }
  script.do('HierarchyChangeAuth', {
    authHandle: TPM_RH.PLATFORM,
    newAuth: new Secret(PLATFORM_AUTH),
  });
  return setUp;
}

const CAPABILITIES = [
  ...[0x01000000, 0x02000000, 0x03000000, 0x80000000, 0x81000000].map((property) => ({
    capability: 'HANDLES',
    property,
  })),
  { capability: 'AUDIT_COMMANDS', property: 0 },
  { capability: 'PCRS', property: 0 },
  { capability: 'TPM_PROPERTIES', property: 0x200 },
  { capability: 'AUTH_POLICIES', property: 0x40000000 },
];

/** Asks for all that can be told without changing anything. */
export function look(script: Script): void {
  for (const capability of CAPABILITIES) {
    script.run('GetCapability', { ...capability, propertyCount: 254 });
  }
  for (const hash of HASH_ALGS) {
    for (const hex of ['ff0000', '00ff00', '0000ff']) {
      const pcrSelect = Buffer.from(hex, 'hex');
      script.run('PCR_Read', { pcrSelectionIn: [{ hash, pcrSelect }] });
    }
  }
  for (const nvIndex of script.tpm.nv.indices.keys()) {
    if (nvIndex < FIRST_INDEX) continue; // of the lineage, which is another's
    const { dataSize: size = 0 } = script.tpm.nv.indices.get(nvIndex)?.publicArea ?? {};
    script.run('NV_ReadPublic', { nvIndex });
    script.run('NV_Read', { authHandle: TPM_RH.OWNER, nvIndex, size, offset: 0 });
  }
  script.run('ReadClock');
}

/** Looks, then tries what a startup may have ended: contexts, values, hierarchies. */
export function probe(script: Script, contextsBefore: readonly unknown[]): void {
  look(script);
  for (const context of contextsBefore) {
    const { handle } = script.run('ContextLoad', { context });
    if (handle !== 0) script.run('FlushContext', { flushHandle: handle });
  }
  for (const auth of [NONE, PLATFORM_AUTH]) {
    script.run('ClearControl', { auth: TPM_RH.PLATFORM, disable: false }, { auths: [auth] });
  }
  extend(script, 20);
  const { handle: session } = script.run('StartAuthSession', sessionInput('HMAC'));
  if (session !== 0) script.run('ContextSave', { saveHandle: session });
  KINDS.forEach((kind, at) => {
    writeIndex(script, at, kind);
  });
  look(script);
}

/** A measurement of the platform's own. */
export function measure(script: Script): void {
  script.indicate({ type: 'HashStart' });
  script.indicate({ type: 'HashData', data: new Uint8Array([1, 2, 3]) });
  script.indicate({ type: 'HashEnd' });
}

/** How a TPM ends and how it begins anew. */
export type Turn = {
  readonly shutdown: 'none' | 'CLEAR' | 'STATE';
  readonly isMeasuredBefore: boolean;
  readonly isMeasured: boolean;
  readonly localityBefore: number;
  readonly locality: number;
  readonly startup: 'CLEAR' | 'STATE';
};

/** All combinations, but for those of the localities that no Startup comes from. */
export function allTurns(): readonly Turn[] {
  const all: Turn[] = [];
  for (const shutdown of ['none', 'CLEAR', 'STATE'] as const)
    for (const startup of ['CLEAR', 'STATE'] as const)
      for (const isMeasuredBefore of [false, true])
        for (const isMeasured of [false, true])
          for (const localityBefore of [0, 3])
            for (const locality of [0, 1, 3])
              all.push({
                shutdown,
                startup,
                isMeasuredBefore,
                isMeasured,
                localityBefore,
                locality,
              });
  return all;
}

/** A life up to a turn, the turn, and a look at what is left. */
export function liveThrough(script: Script, turn: Turn): void {
  script.indicate({ type: 'Init' });
  if (turn.isMeasuredBefore) measure(script);
  script.run('Startup', { startupType: 'CLEAR' }, { locality: turn.localityBefore });
  const contextsBefore = fill(script);
  if (turn.shutdown !== 'none') script.run('Shutdown', { shutdownType: turn.shutdown });
  script.indicate({ type: 'Init' });
  if (turn.isMeasured) measure(script);
  const { code } = script.run(
    'Startup',
    { startupType: turn.startup },
    { locality: turn.locality },
  );
  if (code !== 0) script.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  probe(script, contextsBefore);
}
