import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import type { Guest } from '../guest.ts';
import { macKey, makeRoom, signer } from './keys.ts';
import { startSession } from './sessions.ts';
import { SIGNING_USAGE, keyUsage, partial } from '../../partialCertificates.ts';

const NONE = new Uint8Array(0);
const OWNERS = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.LOCKOUT];
const NULL_SCHEME = { scheme: 'NULL' };
const SELECTION = [{ hash: 'SHA256', pcrSelect: new Uint8Array([0xff, 0, 1]) }];

/** Seldom: much is gone after it. */
function seldom(work: (guest: Guest) => void) {
  return (guest: Guest): void => {
    if (guest.random.chance(25)) work(guest);
  };
}

/** Any end and any beginning, with time and a measurement in between or not. */
export function powerCycle(guest: Guest): void {
  const { history, random } = guest;
  const shutdownType = random.pick(['CLEAR', 'STATE', null] as const);
  if (shutdownType !== null) guest.run('Shutdown', { shutdownType });
  if (random.chance(50)) guest.indicate({ type: 'PowerOff' });
  if (!guest.hasTwin) history.nowMs += random.below(100_000);
  guest.indicate({ type: 'Init' });
  if (random.chance(20)) measure(guest);
  const startupType = shutdownType === 'STATE' && random.chance(60) ? 'STATE' : 'CLEAR';
  guest.run('Startup', { startupType });
  if (guest.tpm.lifecycle.phase !== 'started') guest.run('Startup', { startupType: 'CLEAR' });
}

/** With a free slot: the reference gives up an object where there is none. */
function measure(guest: Guest): void {
  if (guest.tpm.lifecycle.phase === 'started') makeRoom(guest);
  guest.indicate({ type: 'HashStart' });
  guest.indicate({ type: 'HashData', data: guest.random.octets(40) });
  guest.indicate({ type: 'HashEnd' });
}

function withoutNv(guest: Guest): void {
  guest.history.signal({ type: 'NvAvailable', isAvailable: false });
  guest.run('NV_GlobalWriteLock', { authHandle: TPM_RH.OWNER });
  guest.run('GetRandom', { bytesRequested: 8 });
  guest.history.signal({ type: 'NvAvailable', isAvailable: true });
}

function presence(guest: Guest): void {
  const auth = TPM_RH.PLATFORM;
  guest.history.signal({ type: 'PhysicalPresence', isAsserted: true });
  const lists = guest.random.chance(50) ? [[0x12e], []] : [[], [0x12e]];
  guest.run('PP_Commands', { auth, setList: lists[0], clearList: lists[1] });
  guest.history.signal({ type: 'PhysicalPresence', isAsserted: false });
}

function wrongly(guest: Guest): void {
  const { handle } = guest.run('GetCapability', CAPABILITIES[0] ?? {});
  if (handle !== 0) return;
  const lockHandle = TPM_RH.LOCKOUT;
  guest.run('DictionaryAttackLockReset', { lockHandle });
}

function sequence(guest: Guest): void {
  makeRoom(guest);
  const auth = new Secret(guest.random.octets(guest.random.below(5)));
  const hashAlg = guest.random.pick([...HASH_ALGS, 'NULL'] as const);
  const { handle } = guest.run('HashSequenceStart', { auth, hashAlg });
  if (handle === 0) return;
  update(guest, handle);
  finish(guest, handle, hashAlg === 'NULL');
}

function update(guest: Guest, sequenceHandle: number): void {
  const buffer = guest.random.octets(guest.random.below(200));
  guest.run('SequenceUpdate', { sequenceHandle, buffer });
}

function finish(guest: Guest, sequenceHandle: number, isEvent: boolean): void {
  if (!guest.tpm.objects.transient.has(sequenceHandle) || guest.random.chance(10)) return;
  const buffer = guest.random.octets(20);
  if (isEvent) {
    const pcrHandle = guest.random.pick([16, 23, TPM_RH.NULL]);
    guest.run('EventSequenceComplete', { pcrHandle, sequenceHandle, buffer });
  } else {
    const hierarchy = guest.random.pick([TPM_RH.OWNER, TPM_RH.NULL]);
    guest.run('SequenceComplete', { sequenceHandle, buffer, hierarchy });
  }
}

function macSequence(guest: Guest): void {
  makeRoom(guest);
  const auth = new Secret(guest.random.octets(3));
  const { handle } = guest.run('HMAC_Start', { handle: macKey(guest), auth, hashAlg: 'NULL' });
  if (handle === 0) return;
  update(guest, handle);
  finish(guest, handle, false);
}

/** Saves what is loaded, and takes back something that was saved. */
export function contexts(guest: Guest): void {
  const { objects, sessions } = guest.tpm;
  const handles = [...objects.transient.keys(), ...sessions.loaded.keys()];
  if (handles.length === 0) return;
  const { values } = guest.run('ContextSave', { saveHandle: guest.random.pick(handles) });
  if (values['context'] !== undefined) guest.remember('context', values['context']);
  makeRoom(guest);
  const context = guest.recall('context');
  if (context !== null) guest.run('ContextLoad', { context });
}

function signHash(guest: Guest): void {
  const data = guest.random.octets(40);
  const hierarchy = guest.random.pick([TPM_RH.OWNER, TPM_RH.NULL]);
  const hashed = guest.run('Hash', { data, hashAlg: 'SHA256', hierarchy }).values;
  if (hashed['outHash'] === undefined) return;
  const keyHandle = signer(guest, guest.random.chance(40));
  const input = { keyHandle, digest: hashed['outHash'], inScheme: NULL_SCHEME };
  const { values } = guest.run('Sign', { ...input, validation: hashed['validation'] });
  if (values['signature'] === undefined) return;
  const signature = values['signature'];
  guest.run('VerifySignature', { keyHandle, digest: hashed['outHash'], signature });
}

function attest(guest: Guest): void {
  const signHandle = guest.random.chance(20) ? TPM_RH.NULL : signer(guest, guest.random.chance(50));
  const common = { qualifyingData: guest.random.octets(8), inScheme: NULL_SCHEME };
  guest.run('Quote', { signHandle, ...common, PCRselect: SELECTION });
  guest.run('GetTime', { privacyAdminHandle: TPM_RH.ENDORSEMENT, signHandle, ...common });
  const objects = guest.objects();
  if (objects.length > 0) {
    const objectHandle = guest.random.pick(objects);
    guest.run('Certify', { objectHandle, signHandle, ...common });
    const partialCertificate = partial([guest.random.pick([SIGNING_USAGE, keyUsage(0x20, 5)])]);
    const reserved = guest.random.octets(0);
    const certified = { objectHandle, signHandle: signer(guest), partialCertificate, reserved };
    guest.run('CertifyX509', { ...certified, inScheme: NULL_SCHEME });
  }
  const creation = guest.recall<{ readonly objectHandle: number }>('creation');
  if (creation !== null && guest.tpm.objects.transient.has(creation.objectHandle)) {
    guest.run('CertifyCreation', { signHandle, ...common, ...creation });
  }
  auditDigests(guest, signHandle, common);
}

function auditDigests(guest: Guest, signHandle: number, common: object): void {
  guest.run('GetCommandAuditDigest', { privacyHandle: TPM_RH.ENDORSEMENT, signHandle, ...common });
  const audited = guest
    .sessions('HMAC')
    .filter((handle) => (guest.tpm.sessions.loaded.get(handle)?.auditDigest ?? null) !== null);
  const sessionHandle = audited[0] ?? startSession(guest, 'HMAC');
  if (sessionHandle === 0) return;
  guest.run('GetRandom', { bytesRequested: 4 }, { auditSession: sessionHandle });
  const handles = { privacyAdminHandle: TPM_RH.ENDORSEMENT, signHandle, sessionHandle };
  guest.run('GetSessionAuditDigest', { ...handles, ...common });
}

const CAPABILITIES = [
  { capability: 'TPM_PROPERTIES', property: 0x100, propertyCount: 20 },
  { capability: 'ALGS', property: 0, propertyCount: 100 },
  { capability: 'COMMANDS', property: 0, propertyCount: 300 },
  { capability: 'HANDLES', property: 0x80000000, propertyCount: 64 },
  { capability: 'PCRS', property: 0, propertyCount: 1 },
  { capability: 'AUDIT_COMMANDS', property: 0, propertyCount: 20 },
];

function extend(guest: Guest): void {
  const pcrHandle = guest.random.below(17);
  const hashAlg = 'SHA256';
  guest.run('PCR_Extend', { pcrHandle, digests: [{ hashAlg, digest: guest.random.octets(32) }] });
}

function clockAhead(guest: Guest): void {
  const newTime = BigInt(guest.random.below(1_000_000)) + guest.tpm.clock.clockMs;
  guest.run('ClockSet', { auth: TPM_RH.OWNER, newTime });
}

const OWN_SIGNALS: readonly ((guest: Guest) => unknown)[] = [
  seldom(withoutNv),
  (guest) => {
    guest.history.nowMs += guest.random.below(20_000);
  },
];

/** All that is neither a key nor an index: PCR, hierarchies, hashes, attestation, time, power. */
export const PLATFORM_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  extend,
  extend,
  (guest) => guest.run('PCR_Event', { pcrHandle: 16, eventData: guest.random.octets(30) }),
  (guest) => guest.run('PCR_Read', { pcrSelectionIn: SELECTION }),
  (guest) => guest.run('PCR_Reset', { pcrHandle: guest.random.pick([16, 23]) }),
  seldom((guest) =>
    guest.run('PCR_Allocate', {
      authHandle: TPM_RH.PLATFORM,
      pcrAllocation: [
        { hash: 'SHA1', pcrSelect: new Uint8Array(3).fill(guest.random.pick([0, 255])) },
      ],
    }),
  ),
  (guest) => guest.run('PCR_SetAuthValue', { pcrHandle: 20, auth: guest.random.octets(4) }),
  seldom((guest) =>
    guest.run('PCR_SetAuthPolicy', {
      authHandle: TPM_RH.PLATFORM,
      authPolicy: guest.random.chance(80) ? NONE : guest.random.octets(32),
      hashAlg: 'NULL',
      pcrNum: 20,
    }),
  ),
  (guest) => guest.run('GetRandom', { bytesRequested: guest.random.below(64) }),
  (guest) => guest.run('StirRandom', { inData: new Secret(guest.random.octets(20)) }),
  (guest) => guest.run('GetCapability', guest.random.pick(CAPABILITIES)),
  (guest) => guest.run('SelfTest', { fullTest: false }),
  (guest) => guest.run('IncrementalSelfTest', { toTest: [] }),
  (guest) => guest.run('GetTestResult', {}),
  (guest) => guest.run('ReadClock', {}),
  clockAhead,
  (guest) =>
    guest.run('ClockRateAdjust', { auth: TPM_RH.OWNER, rateAdjust: guest.random.below(3) }),
  sequence,
  macSequence,
  contexts,
  contexts,
  signHash,
  attest,
  (guest) =>
    guest.run('HMAC', { handle: macKey(guest), buffer: guest.random.octets(9), hashAlg: 'NULL' }),
  (guest) =>
    guest.run('HierarchyChangeAuth', {
      authHandle: guest.random.pick(OWNERS),
      newAuth: guest.random.chance(50) ? new Secret(NONE) : new Secret(guest.random.octets(6)),
    }),
  (guest) =>
    guest.run('SetPrimaryPolicy', {
      authHandle: guest.random.pick(OWNERS),
      authPolicy: guest.random.chance(80) ? NONE : guest.random.octets(32),
      hashAlg: 'NULL',
    }),
  seldom((guest) =>
    guest.run('HierarchyControl', {
      authHandle: TPM_RH.PLATFORM,
      enable: guest.random.pick([TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM_NV]),
      state: guest.random.chance(70),
    }),
  ),
  seldom((guest) => guest.run('ChangeEPS', { authHandle: TPM_RH.PLATFORM })),
  seldom((guest) => guest.run('ChangePPS', { authHandle: TPM_RH.PLATFORM })),
  seldom((guest) => guest.run('Clear', { authHandle: TPM_RH.PLATFORM })),
  (guest) => guest.run('ClearControl', { auth: TPM_RH.PLATFORM, disable: guest.random.chance(20) }),
  wrongly,
  (guest) =>
    guest.run('DictionaryAttackParameters', {
      lockHandle: TPM_RH.LOCKOUT,
      newMaxTries: 5 + guest.random.below(5),
      newRecoveryTime: guest.hasTwin ? 100_000 : 10,
      lockoutRecovery: guest.hasTwin ? 100_000 : 10,
    }),
  (guest) =>
    guest.run('SetCommandCodeAuditStatus', {
      auth: TPM_RH.OWNER,
      auditAlg: 'NULL',
      setList: [guest.random.pick([0x17b, 0x182, 0x137])],
      clearList: [guest.random.pick([0x17b, 0x182, 0x137])],
    }),
  presence,
  (guest) =>
    guest.run('SetAlgorithmSet', {
      authHandle: TPM_RH.PLATFORM,
      algorithmSet: guest.random.below(9),
    }),
  seldom(powerCycle),
  seldom(measure),
  ...OWN_SIGNALS,
];

/** Those that need more of the platform than commands. */
export const SIGNAL_SCENARIOS: readonly unknown[] = [...OWN_SIGNALS, presence, clockAhead];
