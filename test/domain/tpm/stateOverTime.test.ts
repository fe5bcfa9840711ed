import { describe, expect, it } from 'vitest';
import { clockRateAdjust } from '../../../domain/commands/clock/clockRateAdjust.ts';
import { readClock } from '../../../domain/commands/clock/readClock.ts';
import { contextLoad } from '../../../domain/commands/context/contextLoad.ts';
import { contextSave } from '../../../domain/commands/context/contextSave.ts';
import { dictionaryAttackParameters } from '../../../domain/commands/dictionaryAttack/dictionaryAttackParameters.ts';
import { clear } from '../../../domain/commands/hierarchy/clear.ts';
import { clearControl } from '../../../domain/commands/hierarchy/clearControl.ts';
import { createPrimary } from '../../../domain/commands/hierarchy/createPrimary.ts';
import { hierarchyChangeAuth } from '../../../domain/commands/hierarchy/hierarchyChangeAuth.ts';
import { hierarchyControl } from '../../../domain/commands/hierarchy/hierarchyControl.ts';
import { setPrimaryPolicy } from '../../../domain/commands/hierarchy/setPrimaryPolicy.ts';
import { policyRestart } from '../../../domain/commands/sessions/policyRestart.ts';
import { pcrExtend } from '../../../domain/commands/pcr/pcrExtend.ts';
import { pcrSetAuthValue } from '../../../domain/commands/pcr/pcrSetAuthValue.ts';
import { pcrRead } from '../../../domain/commands/pcr/pcrRead.ts';
import { policySecret } from '../../../domain/commands/policy/policySecret.ts';
import { policyTicket } from '../../../domain/commands/policy/policyTicket.ts';
import { COMMANDS } from '../../../domain/commands/index.ts';
import { shutdown } from '../../../domain/commands/startup/shutdown.ts';
import { startup } from '../../../domain/commands/startup/startup.ts';
import { hmac } from '../../../domain/commands/symmetric/hmac.ts';
import type { TpmsTimeInfo } from '../../../domain/structures/base.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { ascii, u32 } from '../../../domain/structures/octets.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import { DrivenTpm, type Answer } from '../../support/drivenTpm.ts';
import { policySession } from '../../support/policySession.ts';
import { password } from '../../support/generator/request.ts';
import { creation } from '../../support/objects.ts';
import { sha256 } from '../../support/sessions.ts';
import { hmacKey } from '../../support/templates.ts';
import { started } from '../../support/tpms.ts';

const NONE = new Uint8Array(0);
const SECRET = ascii('a value');
const RC = {
  VALUE_P1: 0x1c4,
  AUTH_FAIL_S1: 0x98e,
  LOCKOUT: 0x921,
  NV_UNAVAILABLE: 0x923,
  EXPIRED_P4: 0x4e3,
  EXPIRED_S1: 0x9a3,
  TICKET_P5: 0x5e0,
};
const SECOND_MS = 1000;
const lockHandle = TPM_RH.LOCKOUT;
const setCommandCodeAuditStatus = COMMANDS.find(
  ({ name }) => name === 'SetCommandCodeAuditStatus',
)!;
const OWNED = { auth: TPM_RH.OWNER, auditAlg: 'NULL', setList: [], clearList: [] };

/** PolicySecret by the endorsement hierarchy, in a session and for some seconds. */
function authorize(driven: DrivenTpm, session: Answer, expiration: number): Answer {
  const input = { authHandle: TPM_RH.ENDORSEMENT, policySession: session.handle };
  const terms = { nonceTPM: NONE, cpHashA: NONE, policyRef: NONE, expiration };
  return driven.send(policySecret, { ...input, ...terms });
}

/** A TPM whose owner agrees to what the endorsement hierarchy agrees to. */
function withOwnerPolicy(): DrivenTpm {
  const driven = new DrivenTpm(started());
  const named = sha256(new Uint8Array(32), u32(0x151), u32(TPM_RH.ENDORSEMENT));
  const input = { authHandle: TPM_RH.OWNER, authPolicy: sha256(named), hashAlg: 'SHA256' };
  driven.do(setPrimaryPolicy, input);
  return driven;
}

/** The code of a command that the owner's policy authorizes. */
function use(driven: DrivenTpm, { handle }: Answer): number {
  const by = { handle, attributes: 1, nonceCaller: new Uint8Array(16), auth: NONE };
  return driven.send(setCommandCodeAuditStatus, OWNED, [by]).code;
}

function takeTicket(driven: DrivenTpm, { response }: Answer): number {
  const input = { policySession: policySession(driven).handle, timeout: response['timeout'] };
  const terms = { cpHashA: NONE, policyRef: NONE, authName: u32(TPM_RH.ENDORSEMENT) };
  return driven.send(policyTicket, { ...input, ...terms, ticket: response['policyTicket'] }).code;
}

function timeInfo(driven: DrivenTpm): TpmsTimeInfo {
  return driven.do(readClock, {}).response['currentTime'] as TpmsTimeInfo;
}

describe('a policy with an end', () => {
  it('ends when Time has passed it, and not with the end of the session', () => {
    const driven = withOwnerPolicy();
    const session = policySession(driven);
    authorize(driven, session, 60);
    expect(use(driven.wait(60 * SECOND_MS), session)).toBe(0);
    authorize(driven.wait(SECOND_MS), session, 200);
    expect(use(driven.wait(200 * SECOND_MS), session)).toBe(RC.EXPIRED_S1);
  });

  for (const startupType of ['STATE', 'CLEAR'] as const) {
    it(`ends with the power before Startup(${startupType}): Time begins anew`, () => {
      const driven = withOwnerPolicy();
      const session = policySession(driven);
      authorize(driven, session, 3600);
      const { response } = driven.do(contextSave, { saveHandle: session.handle });
      expect(driven.powerCycle('STATE', startupType)).toBe(0);
      driven.do(contextLoad, response);
      expect(use(driven, session)).toBe(RC.EXPIRED_S1);
      driven.do(policyRestart, { sessionHandle: session.handle });
      expect(authorize(driven, session, 3600).code).toBe(RC.EXPIRED_P4);
      expect(authorize(driven, session, 0).code).toBe(0);
      expect(use(driven, session)).toBe(0);
      expect(authorize(driven, session, 3600).code).toBe(0);
    });
  }

  it('is given again by a ticket up to the next power cycle, a launch notwithstanding', () => {
    const driven = withOwnerPolicy();
    const ticket = authorize(driven, policySession(driven), -3600);
    for (const type of ['HashStart', 'HashEnd'] as const) driven.indicate({ type });
    expect(takeTicket(driven, ticket)).toBe(0);
    driven.powerCycle('STATE', 'STATE');
    expect(takeTicket(driven, ticket)).toBe(RC.TICKET_P5);
  });
});

describe('failed tries', () => {
  function withKey(): readonly [DrivenTpm, (auth: Uint8Array, afterMs?: number) => number] {
    const driven = new DrivenTpm(started());
    const made = {
      ...creation(),
      inSensitive: { userAuth: new Secret(SECRET), data: new Secret(NONE) },
    };
    const input = { primaryHandle: TPM_RH.OWNER, inPublic: hmacKey(), ...made };
    const { handle } = driven.do(createPrimary, input);
    const tried = (auth: Uint8Array, afterMs = 0): number =>
      driven.wait(afterMs).send(hmac, { handle, buffer: NONE, hashAlg: 'NULL' }, [password(auth)])
        .code;
    return [driven, tried];
  }
  const set = (driven: DrivenTpm, newMaxTries: number, newRecoveryTime: number): void => {
    const input = { lockHandle, newMaxTries, newRecoveryTime, lockoutRecovery: 50 };
    driven.do(dictionaryAttackParameters, input);
  };

  it('come back one by one, and a failure begins the wait anew', () => {
    const [driven, tried] = withKey();
    set(driven, 2, 10);
    expect([tried(NONE), tried(NONE), tried(SECRET)]).toEqual([
      RC.AUTH_FAIL_S1,
      RC.AUTH_FAIL_S1,
      RC.LOCKOUT,
    ]);
    expect(tried(SECRET, 9_999)).toBe(RC.LOCKOUT);
    expect(tried(SECRET, 1)).toBe(0);
    expect(tried(NONE, 9_000)).toBe(RC.AUTH_FAIL_S1);
    expect(tried(SECRET, 9_000)).toBe(RC.LOCKOUT);
    expect(tried(SECRET, 1_000)).toBe(0);
  });

  it('stay counted above a limit that was lowered', () => {
    const [driven, tried] = withKey();
    set(driven, 9, 10);
    for (let i = 0; i < 5; i += 1) tried(NONE);
    set(driven, 2, 10);
    expect(tried(SECRET, 39_999)).toBe(RC.LOCKOUT);
    expect(tried(SECRET, 1)).toBe(0);
  });

  it('do not come back while power is off, and lose nothing by an orderly end', () => {
    const driven = new DrivenTpm(started());
    set(driven, 2, 10);
    driven.tpm = {
      ...driven.tpm,
      dictionaryAttack: { ...driven.tpm.dictionaryAttack, failedTries: 2 },
    };
    const tries = (): number => driven.tpm.dictionaryAttack.failedTries;
    driven.wait(6_000).do(shutdown, { shutdownType: 'CLEAR' });
    driven.indicate({ type: 'PowerOff' });
    driven.wait(100_000).indicate({ type: 'Init' });
    driven.do(startup, { startupType: 'CLEAR' });
    driven.wait(3_999).indicate({ type: 'PowerOff' });
    expect(tries()).toBe(2);
  });

  it('need no longer wait for the next one after power that stayed on behind a Shutdown', () => {
    const driven = new DrivenTpm(started());
    set(driven, 5, 10);
    driven.tpm = {
      ...driven.tpm,
      dictionaryAttack: { ...driven.tpm.dictionaryAttack, failedTries: 5 },
    };
    driven.do(shutdown, { shutdownType: 'CLEAR' });
    driven.wait(20_000).indicate({ type: 'Init' });
    driven.do(startup, { startupType: 'CLEAR' });
    driven.wait(10_000).indicate({ type: 'PowerOff' });
    expect(driven.tpm.dictionaryAttack.failedTries).toBe(2);
  });

  it('are not even tried while they could not be counted', () => {
    const [driven, tried] = withKey();
    driven.indicate({ type: 'NvAvailable', isAvailable: false });
    expect(tried(NONE)).toBe(RC.NV_UNAVAILABLE);
    driven.indicate({ type: 'NvAvailable', isAvailable: true });
    expect(tried(NONE)).toBe(RC.AUTH_FAIL_S1);
    driven.indicate({ type: 'NvAvailable', isAvailable: false });
    expect(tried(SECRET)).toBe(0);
    driven.indicate({ type: 'NvAvailable', isAvailable: true });
    driven.do(shutdown, { shutdownType: 'STATE' });
    driven.indicate({ type: 'NvAvailable', isAvailable: false });
    expect(tried(SECRET)).toBe(RC.NV_UNAVAILABLE);
  });
});

describe('lockoutAuth', () => {
  const wrong = [password(SECRET)];
  const input = { authHandle: TPM_RH.LOCKOUT };

  it('comes back after its own time of power', () => {
    const driven = new DrivenTpm(started());
    expect(driven.send(clear, input, wrong).code).toBe(RC.AUTH_FAIL_S1);
    driven.wait(600 * SECOND_MS);
    expect(driven.powerCycle('CLEAR', 'CLEAR')).toBe(0);
    expect(driven.wait(399 * SECOND_MS).send(clear, input).code).toBe(RC.LOCKOUT);
    expect(driven.wait(SECOND_MS).send(clear, input).code).toBe(0);
  });

  it('waits anew when nobody told of the end', () => {
    const driven = new DrivenTpm(started());
    driven.send(clear, input, wrong);
    driven.wait(600 * SECOND_MS);
    driven.powerCycle(null, 'CLEAR');
    expect(driven.wait(999 * SECOND_MS).send(clear, input).code).toBe(RC.LOCKOUT);
    expect(driven.wait(SECOND_MS).send(clear, input).code).toBe(0);
  });
});

describe('Time and Clock', () => {
  it('stand still while NV memory is away, are not safe then, and catch up', () => {
    const driven = new DrivenTpm(started()).wait(5_000);
    driven.indicate({ type: 'NvAvailable', isAvailable: false });
    const away = timeInfo(driven.wait(7_000));
    expect(away).toMatchObject({ time: 5_000n, clockInfo: { clock: 5_000n, safe: false } });
    driven.indicate({ type: 'NvAvailable', isAvailable: true });
    expect(timeInfo(driven)).toMatchObject({
      time: 12_000n,
      clockInfo: { clock: 12_000n, safe: true },
    });
  });

  it('begin anew and go on, each with its own power cycle', () => {
    const driven = new DrivenTpm(started()).wait(10_000);
    driven.powerCycle('STATE', 'STATE');
    expect(timeInfo(driven.wait(2_000))).toEqual({
      time: 2_000n,
      clockInfo: { clock: 12_000n, resetCount: 1, restartCount: 1, safe: true },
    });
  });
});

describe('a Shutdown', () => {
  it('is cancelled by an extend of a saved PCR by nothing', () => {
    const driven = new DrivenTpm(started());
    driven.do(shutdown, { shutdownType: 'STATE' });
    driven.do(pcrExtend, { pcrHandle: 23, digests: [] });
    expect(driven.tpm.lifecycle.orderly).toBe('state');
    driven.do(pcrExtend, { pcrHandle: 3, digests: [] });
    expect(driven.tpm.lifecycle.orderly).toBe('none');
  });

  it('holds while commands are audited', () => {
    const driven = new DrivenTpm(started());
    driven.do(setCommandCodeAuditStatus, { ...OWNED, setList: [0x17e] });
    driven.do(shutdown, { shutdownType: 'STATE' });
    driven.do(pcrRead, { pcrSelectionIn: [] });
    const { digest } = driven.tpm.audit;
    driven.indicate({ type: 'Init' });
    driven.do(startup, { startupType: 'STATE' });
    expect(driven.tpm.audit.digest).toEqual(digest);
  });
});

describe('without NV memory', () => {
  const away: Signal = { type: 'NvAvailable', isAvailable: false };
  const auth = EMPTY_SECRET;
  const control = { authHandle: TPM_RH.PLATFORM, enable: TPM_RH.OWNER, state: false };
  const platformAuth = { authHandle: TPM_RH.PLATFORM, newAuth: auth };

  it('what a chip keeps in RAM can change, and what it keeps for good cannot', () => {
    const driven = new DrivenTpm(started());
    driven.indicate(away);
    expect(driven.send(pcrExtend, { pcrHandle: 3, digests: [] }).code).toBe(0);
    expect(driven.send(pcrSetAuthValue, { pcrHandle: 20, auth: NONE }).code).toBe(0);
    expect(driven.send(clockRateAdjust, { auth: TPM_RH.OWNER, rateAdjust: 1 }).code).toBe(0);
    expect(driven.send(hierarchyChangeAuth, platformAuth).code).toBe(RC.NV_UNAVAILABLE);
    expect(driven.send(hierarchyControl, control).code).toBe(0);
  });

  it('nothing changes that would cancel a Shutdown', () => {
    const driven = new DrivenTpm(started());
    const digests = [{ hashAlg: 'SHA256', digest: new Uint8Array(32) }];
    driven.do(shutdown, { shutdownType: 'STATE' });
    driven.indicate(away);
    expect(driven.send(pcrExtend, { pcrHandle: 16, digests }).code).toBe(0);
    expect(driven.send(pcrExtend, { pcrHandle: 3, digests }).code).toBe(RC.NV_UNAVAILABLE);
    expect(driven.send(pcrExtend, { pcrHandle: 3, digests: [] }).code).toBe(RC.NV_UNAVAILABLE);
    expect(driven.send(hierarchyControl, control).code).toBe(RC.NV_UNAVAILABLE);
    expect(driven.tpm.lifecycle.orderly).toBe('state');
  });
});

describe('command audit', () => {
  it('begins with the command after the one that changed its hash', () => {
    const driven = new DrivenTpm(started());
    driven.do(setCommandCodeAuditStatus, { ...OWNED, setList: [0x17e] });
    driven.do(setCommandCodeAuditStatus, { ...OWNED, auditAlg: 'SHA1' });
    expect(driven.tpm.audit).toMatchObject({ hashAlg: 'SHA1', digest: null, counter: 1n });
    driven.do(pcrRead, { pcrSelectionIn: [] });
    expect(driven.tpm.audit.digest).toHaveLength(20);
    expect(driven.tpm.audit.counter).toBe(2n);
  });
});

describe('a measurement of the platform', () => {
  it('is given up by any command, also before Startup', () => {
    const driven = new DrivenTpm(started());
    driven.indicate({ type: 'Init' });
    driven.indicate({ type: 'HashStart' });
    expect(driven.send(clearControl, { auth: TPM_RH.PLATFORM, disable: false }).code).toBe(0x100);
    driven.indicate({ type: 'HashEnd' });
    expect(driven.tpm.lifecycle.measuredBeforeStartup).toBeNull();
    driven.do(startup, { startupType: 'CLEAR' });
    expect(driven.tpm.lifecycle.startupLocality).toBe(0);
  });
});
