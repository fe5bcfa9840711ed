import { TPM_RH } from '../../../domain/structures/handles.ts';
import { u32 } from '../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import type { Response } from '../../support/generator/guest.ts';
import { hmacKey } from '../../support/templates.ts';
import type { Script } from '../script.ts';
import { look, measure, sessionInput } from './turns.ts';

/** A life of a TPM, from its first _TPM_Init on. */
export type Life = (script: Script) => void;

const NONE = new Uint8Array(0);
const VALUE = new Uint8Array([1, 2, 3]);
const { OWNER, PLATFORM, ENDORSEMENT, LOCKOUT } = TPM_RH;
const TURNS = ['nothing', 'launch', 'clear', 'cut', 'orderly', 'restart', 'resume'] as const;
type Turn = (typeof TURNS)[number];

function begin(script: Script): void {
  script.indicate({ type: 'Init' });
  script.do('Startup', { startupType: 'CLEAR' });
}

function turn(script: Script, how: Turn): void {
  switch (how) {
    case 'nothing':
      return;
    case 'launch':
      measure(script);
      return;
    case 'clear':
      script.do('Clear', { authHandle: PLATFORM });
      return;
    case 'cut':
      begin(script);
      return;
    case 'orderly':
      script.do('Shutdown', { shutdownType: 'CLEAR' });
      begin(script);
      return;
    case 'restart':
    case 'resume':
      script.do('Shutdown', { shutdownType: 'STATE' });
      script.indicate({ type: 'Init' });
      script.do('Startup', { startupType: how === 'resume' ? 'STATE' : 'CLEAR' });
  }
}

type Terms = { readonly expiration: number; readonly hasNonce: boolean };

const TERMS: readonly Terms[] = [0, 300, -300].flatMap((expiration) =>
  [true, false].map((hasNonce) => ({ expiration, hasNonce })),
);

/** PolicySecret in a session, by an entity. */
function agree(script: Script, session: Response, terms: Terms, authHandle: number): Response {
  const nonceTPM = terms.hasNonce ? session.values['nonceTPM'] : NONE;
  const input = { authHandle, policySession: session.handle, nonceTPM, cpHashA: NONE };
  return script.run('PolicySecret', { ...input, policyRef: NONE, expiration: terms.expiration });
}

/** From now on the owner agrees to what the endorsement hierarchy agrees to. */
function setOwnerPolicy(script: Script): void {
  const trial = script.do('StartAuthSession', sessionInput('TRIAL'));
  agree(script, trial, { expiration: 0, hasNonce: false }, ENDORSEMENT);
  const { policyDigest } = script.do('PolicyGetDigest', { policySession: trial.handle }).values;
  script.do('FlushContext', { flushHandle: trial.handle });
  const policy = { authPolicy: policyDigest, hashAlg: 'SHA256' };
  script.do('SetPrimaryPolicy', { authHandle: OWNER, ...policy });
}

function use(script: Script, policySession: number): void {
  const lists = { auditAlg: 'NULL', setList: [], clearList: [] };
  script.run('SetCommandCodeAuditStatus', { auth: OWNER, ...lists }, { policySession });
}

/** A policy session that is saved, and taken back after a turn. */
function savedPolicy(how: Turn, terms: Terms): Life {
  return (script) => {
    begin(script);
    setOwnerPolicy(script);
    const session = script.do('StartAuthSession', sessionInput('POLICY'));
    agree(script, session, terms, ENDORSEMENT);
    const { context } = script.do('ContextSave', { saveHandle: session.handle }).values;
    turn(script, how);
    const { handle } = script.run('ContextLoad', { context });
    if (handle === 0) return;
    script.run('PolicyGetDigest', { policySession: handle });
    use(script, handle);
    const again = (expiration: number, hasNonce: boolean): unknown =>
      agree(script, session, { expiration, hasNonce }, ENDORSEMENT);
    again(300, true);
    again(300, false);
    script.run('PolicyRestart', { sessionHandle: handle });
    again(300, true);
    again(300, false);
    again(0, true);
    use(script, handle);
    use(script, handle);
  };
}

/** A ticket that is given before a turn and used behind it. */
function ticket(how: Turn, terms: Terms, entity: number): Life {
  return (script) => {
    begin(script);
    const session = script.do('StartAuthSession', sessionInput('POLICY'));
    const { timeout, policyTicket } = agree(script, session, terms, entity).values;
    turn(script, how);
    const policySession = script.do('StartAuthSession', sessionInput('POLICY')).handle;
    const named = { cpHashA: NONE, policyRef: NONE, authName: u32(entity) };
    script.run('PolicyTicket', { policySession, timeout, ...named, ticket: policyTicket });
    script.run('PolicyGetDigest', { policySession });
  };
}

function protectedKey(script: Script): number {
  return script.do('CreatePrimary', {
    primaryHandle: OWNER,
    inSensitive: { userAuth: new Secret(VALUE), data: EMPTY_SECRET },
    inPublic: hmacKey(),
    outsideInfo: NONE,
    creationPCR: [],
  }).handle;
}

function tell(script: Script): void {
  const property = { capability: 'TPM_PROPERTIES', property: 0x200, propertyCount: 30 };
  script.run('GetCapability', property);
  script.run('ReadClock');
}

/** Tries to use a key by each of these values. */
function attempt(script: Script, handle: number, ...auths: readonly Uint8Array[]): void {
  for (const auth of auths) {
    script.run('HMAC', { handle, buffer: NONE, hashAlg: 'NULL' }, { auths: [auth] });
    tell(script);
  }
}

function parameters(
  script: Script,
  [newMaxTries, newRecoveryTime, lockoutRecovery]: readonly [number, number, number],
  auth = NONE,
): void {
  const input = { lockHandle: LOCKOUT, newMaxTries, newRecoveryTime, lockoutRecovery };
  script.run('DictionaryAttackParameters', input, { auths: [auth] });
  tell(script);
}

function failedTries(how: Turn): Life {
  return (script) => {
    begin(script);
    parameters(script, [5, 1000, 1000]);
    protectedKey(script);
    for (const tried of [[], [VALUE], [NONE], [], [NONE, NONE, NONE], [VALUE], []]) {
      if (tried.length > 0) attempt(script, protectedKey(script), ...tried);
      turn(script, how);
      tell(script);
    }
  };
}

function lockoutAuth(how: Turn, recoveryS: number): Life {
  return (script) => {
    begin(script);
    parameters(script, [5, 1000, recoveryS]);
    script.do('HierarchyChangeAuth', { authHandle: LOCKOUT, newAuth: new Secret(VALUE) });
    parameters(script, [6, 1000, recoveryS]);
    parameters(script, [6, 1000, recoveryS], VALUE);
    turn(script, how);
    parameters(script, [6, 1000, recoveryS], VALUE);
    script.run('Clear', { authHandle: LOCKOUT }, { auths: [VALUE] });
    script.run('Clear', { authHandle: PLATFORM });
    parameters(script, [6, 1000, recoveryS]);
  };
}

/** Limits below the tries that failed, of none at all, and no recovery. */
function limits(script: Script): void {
  begin(script);
  parameters(script, [10, 1000, 1000]);
  const key = protectedKey(script);
  attempt(script, key, NONE, NONE, NONE, NONE, NONE, NONE);
  for (const maxTries of [3, 6, 7, 0, 1]) {
    parameters(script, [maxTries, 1000, 1000]);
    attempt(script, key, VALUE);
  }
  script.run('DictionaryAttackLockReset', { lockHandle: LOCKOUT });
  attempt(script, key, VALUE, NONE, VALUE);
  parameters(script, [5, 0, 1000]);
  attempt(script, key, NONE, NONE, VALUE);
}

function clocks(script: Script): void {
  begin(script);
  const set = (auth: number, newTime: bigint): void => {
    script.run('ClockSet', { auth, newTime });
    script.run('ReadClock');
  };
  set(OWNER, 100_000n);
  set(OWNER, 100n);
  set(PLATFORM, 0xffff_0000_0000_0001n);
  set(PLATFORM, 0xffff_0000_0000_0000n);
  turn(script, 'orderly');
  script.run('ReadClock');
  turn(script, 'clear');
  turn(script, 'cut');
  script.run('ReadClock');
  set(OWNER, 4090n);
  set(OWNER, 5000n);
  turn(script, 'resume');
  turn(script, 'cut');
  turn(script, 'orderly');
  script.run('ReadClock');
}

function counts(script: Script): void {
  begin(script);
  const turns = 'cut restart resume launch resume restart launch orderly launch cut clear resume';
  for (const how of [...turns.split(' '), 'restart', 'cut']) {
    turn(script, how as Turn);
    look(script);
  }
}

/** Launches, whole and given up, and which locality may do what to their PCR then. */
function launches(script: Script): void {
  begin(script);
  for (const data of [NONE, new Uint8Array(700)]) {
    script.indicate({ type: 'HashEnd' });
    script.indicate({ type: 'HashStart' });
    script.indicate({ type: 'HashStart' });
    script.indicate({ type: 'HashData', data });
    script.indicate({ type: 'HashEnd' });
    look(script);
    const digests = [{ hashAlg: 'SHA256', digest: new Uint8Array(32) }];
    for (let at = 0; at < 40; at += 1) {
      const [pcrHandle, locality] = [16 + (at % 8), Math.floor(at / 8)];
      script.run('PCR_Extend', { pcrHandle, digests }, { locality });
      script.run('PCR_Reset', { pcrHandle }, { locality });
    }
    script.indicate({ type: 'HashStart' });
    script.run('ReadClock');
    script.indicate({ type: 'HashEnd' });
    look(script);
  }
}

/** What the platform measures before Startup, at one turn and not at another. */
function measuredStarts(script: Script): void {
  script.indicate({ type: 'Init' });
  for (const [measures, startupType, locality] of [
    [2, 'CLEAR', 0],
    [1, 'STATE', 3],
    [1, 'STATE', 0],
    [0, 'STATE', 0],
    [0, 'STATE', 0],
  ] as const) {
    for (let count = 0; count < measures; count += 1) measure(script);
    if (measures === 0) {
      script.indicate({ type: 'HashStart' });
      script.run('ReadClock');
      script.indicate({ type: 'HashEnd' });
    }
    const { code } = script.run('Startup', { startupType }, { locality });
    if (code !== 0) script.run('Startup', { startupType: 'CLEAR' });
    look(script);
    script.run('Shutdown', { shutdownType: 'STATE' });
    script.indicate({ type: 'Init' });
  }
}

function allocations(script: Script): void {
  begin(script);
  const pcrAllocation = [
    { hash: 'SHA1', pcrSelect: new Uint8Array(3) },
    { hash: 'SHA384', pcrSelect: new Uint8Array([1, 0, 0]) },
  ];
  script.do('PCR_Allocate', { authHandle: PLATFORM, pcrAllocation });
  look(script);
  script.run('Shutdown', { shutdownType: 'STATE' });
  script.run('Shutdown', { shutdownType: 'CLEAR' });
  script.indicate({ type: 'Init' });
  measure(script);
  script.run('Startup', { startupType: 'CLEAR' });
  measure(script);
  look(script);
  turn(script, 'restart');
  look(script);
}

/** As many sessions as there can be, saved, over a turn. */
function sessions(how: Turn): Life {
  return (script) => {
    begin(script);
    const saved: unknown[] = [];
    for (let at = 0; at < 66; at += 1) {
      const { code, handle } = script.run(
        'StartAuthSession',
        sessionInput(at % 2 === 0 ? 'POLICY' : 'HMAC'),
      );
      if (code === 0)
        saved.push(script.do('ContextSave', { saveHandle: handle }).values['context']);
    }
    look(script);
    turn(script, how);
    for (const context of [...saved.slice(0, 5), ...saved.slice(0, 5)]) {
      script.run('ContextLoad', { context });
    }
    for (const flushHandle of [0x02000003, 0x03000003, 0x0300000a, 0x0200000a]) {
      script.run('FlushContext', { flushHandle });
    }
    script.run('ContextLoad', { context: saved[10] });
    look(script);
  };
}

/** Lives that go through all that changes with power, launches and time. */
export const LIVES: Readonly<Record<string, readonly Life[]>> = {
  'saved policies': TURNS.flatMap((how) => TERMS.map((terms) => savedPolicy(how, terms))),
  tickets: TURNS.flatMap((how) =>
    TERMS.flatMap((terms) =>
      [OWNER, PLATFORM, ENDORSEMENT].map((entity) => ticket(how, terms, entity)),
    ),
  ),
  'failed tries': (['cut', 'orderly', 'restart', 'resume'] as const).map(failedTries),
  lockoutAuth: TURNS.flatMap((how) => [lockoutAuth(how, 0), lockoutAuth(how, 1000)]),
  'limits of tries': [limits],
  clocks: [clocks],
  counts: [counts],
  launches: [launches],
  'measured starts': [measuredStarts],
  allocations: [allocations],
  sessions: TURNS.map(sessions),
};
