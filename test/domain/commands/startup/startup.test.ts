import { describe, expect, it } from 'vitest';
import { shutdown } from '../../../../domain/commands/startup/shutdown.ts';
import { startup } from '../../../../domain/commands/startup/startup.ts';
import { execute } from '../../../../domain/processor/execute.ts';
import { NV, has } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { fromHex, toHex, u64 } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import type { TpmEvent } from '../../../../domain/tpm/evolve.ts';
import type { StartupKind } from '../../../../domain/tpm/startup.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { INDEX, ownedAttributes, written } from '../../../support/indices.ts';
import {
  NOW_MS,
  after,
  circumstances,
  manufacturedEvents,
  started,
} from '../../../support/tpms.ts';

const CLEAR = { startupType: 'CLEAR' };
const STATE = { startupType: 'STATE' };
const ONES = new Uint8Array(32).fill(0xff);
const MEASURED = new Uint8Array(32).fill(0x17);
const EXTENDED: TpmEvent = {
  type: 'PcrExtended',
  pcr: 0,
  digests: [{ hashAlg: 'SHA256', digest: MEASURED }],
};

function shutDown(shutdownType: 'clear' | 'state', timeMs = 0n): TpmEvent {
  return { type: 'ShutDown', shutdownType, timeMs };
}

function initialized(tpm: Tpm): TpmEvent {
  return { type: 'Initialized', nowMs: NOW_MS, clockMs: tpm.clock.clockMs };
}

/** A TPM after power was cut: with a Shutdown before, or without. */
function powered(tpm: Tpm, ...before: readonly TpmEvent[]): Tpm {
  return after(after(tpm, ...before), initialized(tpm));
}

function kindOf(tpm: Tpm, input: object, locality = 0): StartupKind | undefined {
  const [event] = given(tpm).when(startup, input as never, { locality }).decision.events;
  return event?.type === 'StartedUp' ? event.kind : undefined;
}

function pcr(tpm: Tpm, number: number): string {
  return toHex(tpm.pcrs.banks.SHA256?.[number] ?? new Uint8Array());
}

describe('startup', () => {
  it('resets, restarts or resumes as the last Shutdown says', () => {
    const tpm = started();
    expect(kindOf(powered(tpm), CLEAR)).toBe('reset');
    expect(kindOf(powered(tpm, shutDown('clear')), CLEAR)).toBe('reset');
    expect(kindOf(powered(tpm, shutDown('state')), CLEAR)).toBe('restart');
    expect(kindOf(powered(tpm, shutDown('state')), STATE)).toBe('resume');
  });

  it('is refused once the TPM has started, whatever comes behind its code', () => {
    for (const request of ['80010000000c000001440000', '80020000000e0000014400000000']) {
      const { response } = execute(started(), fromHex(request), circumstances());
      expect(toHex(response)).toBe('80010000000a00000100');
    }
  });

  it('is refused from localities other than 0 and 3', () => {
    for (const locality of [1, 2, 4, 32]) {
      given(powered(started())).when(startup, CLEAR, { locality }).refuses('LOCALITY');
    }
  });

  it('refuses to resume without a state, and waits for a Startup(CLEAR)', () => {
    const tpm = powered(started(), shutDown('clear'));
    given(tpm).when(startup, STATE).refuses('VALUE', { parameter: 1 });
    expect(kindOf(tpm, CLEAR)).toBe('reset');
  });

  it('refuses to resume from another locality than it started from', () => {
    const at3 = given(powered(started())).when(startup, CLEAR, { locality: 3 }).tpm;
    const tpm = powered(at3, shutDown('state'));
    given(tpm).when(startup, STATE).refuses('LOCALITY');
    expect(kindOf(tpm, STATE, 3)).toBe('resume');
  });

  it('refuses to resume when the platform measured itself only one of the two times', () => {
    const launch: TpmEvent = {
      type: 'LaunchEnded',
      digests: [{ hashAlg: 'SHA256', digest: MEASURED }],
    };
    const measured = given(after(powered(started()), launch)).when(startup, CLEAR).tpm;
    expect(measured.lifecycle.startupLocality).toBe(4);
    expect(pcr(measured, 0)).toBe(toHex(MEASURED));
    const tpm = powered(measured, shutDown('state'));
    given(tpm).when(startup, STATE).refuses('VALUE', { parameter: 1 });
    expect(kindOf(after(tpm, launch), STATE)).toBe('resume');
    given(after(powered(started(), shutDown('state')), launch))
      .when(startup, STATE)
      .refuses('VALUE', { parameter: 1 });
  });

  it('counts resets and restarts', () => {
    const counts = ({ clock }: Tpm) => [clock.resetCount, clock.restartCount];
    const reset = given(powered(started())).when(startup, CLEAR).tpm;
    expect(counts(reset)).toEqual([2, 0]);
    const resumed = given(powered(reset, shutDown('state'))).when(startup, STATE).tpm;
    expect(counts(resumed)).toEqual([2, 1]);
    const restarted = given(powered(resumed, shutDown('state'))).when(startup, CLEAR).tpm;
    expect(counts(restarted)).toEqual([2, 2]);
    expect(counts(given(powered(restarted)).when(startup, CLEAR).tpm)).toEqual([3, 0]);
  });

  it('makes a new NULL hierarchy at a reset only', () => {
    const tpm = started();
    const before = tpm.hierarchies.null.seed;
    const seedAfter = (from: Tpm, input: object) =>
      given(from).when(startup, input as never).tpm.hierarchies.null.seed;
    expect(seedAfter(powered(tpm), CLEAR)).not.toEqual(before);
    expect(seedAfter(powered(tpm, shutDown('state')), CLEAR)).toEqual(before);
    expect(seedAfter(powered(tpm, shutDown('state')), STATE)).toEqual(before);
  });

  it('brings PCR back at a resume, and all others are initial', () => {
    const tpm = after(started(), EXTENDED);
    const resumed = given(powered(tpm, shutDown('state'))).when(startup, STATE).tpm;
    expect([pcr(resumed, 0), pcr(resumed, 17)]).toEqual([toHex(MEASURED), toHex(ONES)]);
    expect(resumed.pcrs.updateCounter).toBe(21 + 4);
    const restarted = given(powered(resumed, shutDown('state'))).when(startup, CLEAR).tpm;
    expect(pcr(restarted, 0)).toBe('00'.repeat(32));
    expect(restarted.pcrs.updateCounter).toBe(25 + 20);
    const reset = given(powered(restarted)).when(startup, CLEAR, { locality: 3 }).tpm;
    expect(pcr(reset, 0)).toBe(`${'00'.repeat(31)}03`);
    expect(reset.pcrs.updateCounter).toBe(20);
  });

  it('forgets a Shutdown after which a saved PCR changed', () => {
    const tpm = powered(started(), shutDown('state'), EXTENDED);
    given(tpm).when(startup, STATE).refuses('VALUE', { parameter: 1 });
  });

  it('enables all hierarchies, and the platform even at a resume', () => {
    const off = [TPM_RH.OWNER, TPM_RH.PLATFORM].map((enable): TpmEvent => ({
      type: 'HierarchyControlled',
      enable,
      isEnabled: false,
    }));
    const platformAuth: TpmEvent = {
      type: 'HierarchyAuthChanged',
      hierarchy: TPM_RH.PLATFORM,
      auth: new Secret(MEASURED),
    };
    const tpm = after(started(), platformAuth, ...off);
    const resumed = given(powered(tpm, shutDown('state'))).when(startup, STATE).tpm.hierarchies;
    expect([resumed.owner.isEnabled, resumed.platform.isEnabled]).toEqual([false, true]);
    expect(resumed.platform.auth.length).toBe(32);
    const restarted = given(powered(tpm, shutDown('state'))).when(startup, CLEAR).tpm.hierarchies;
    expect([restarted.owner.isEnabled, restarted.platform.isEnabled]).toEqual([true, true]);
    expect(restarted.platform.auth.length).toBe(0);
  });

  it('makes Clock unsafe up to the next update after an unorderly end', () => {
    const unsafe = given(powered(started())).when(startup, CLEAR).tpm;
    expect(unsafe.clock.safeAtMs).toBe(4096n);
    const safe = given(powered(started(), shutDown('clear'))).when(startup, CLEAR).tpm;
    expect(safe.clock.safeAtMs).toBeNull();
  });
});

describe('startup and failed tries', () => {
  const used: TpmEvent = { type: 'DictionaryAttackUsed' };
  const failed: TpmEvent = { type: 'LockoutCounted', failedTries: 1, timeMs: 0n };
  const triesAfter = (tpm: Tpm) => given(tpm).when(startup, CLEAR).tpm.dictionaryAttack.failedTries;

  it('adds one after an unorderly end in which protected values were used', () => {
    expect(triesAfter(powered(started(), used, failed))).toBe(2);
    expect(triesAfter(powered(started(), failed))).toBe(1);
    expect(triesAfter(powered(started(), used, failed, shutDown('clear')))).toBe(1);
    expect(triesAfter(powered(started(), shutDown('clear'), used, failed))).toBe(2);
  });

  it('goes on with a recovery that a Shutdown interrupted', () => {
    const off = powered(started(), failed, shutDown('clear', 400_000n));
    const { tpm } = given(off).when(startup, CLEAR);
    expect(tpm.dictionaryAttack.sinceMs).toBe(-400_000n);
    const cut = given(powered(started(), failed)).when(startup, CLEAR).tpm;
    expect(cut.dictionaryAttack.sinceMs).toBe(0n);
  });

  it('gives lockoutAuth back when its recovery is the next Startup', () => {
    const untilStartup: TpmEvent = {
      type: 'DictionaryAttackParametersSet',
      maxTries: 3,
      recoveryTimeS: 1000,
      lockoutRecoveryS: 0,
      failedTries: 0,
      timeMs: 0n,
    };
    const blocked: TpmEvent = { type: 'LockoutAuthBlocked', timeMs: 5n };
    const blockedAfter = (...events: readonly TpmEvent[]) =>
      given(powered(started(), ...events)).when(startup, CLEAR).tpm.dictionaryAttack
        .lockoutAuthBlockedMs;
    expect(blockedAfter(untilStartup, blocked)).toBeNull();
    expect(blockedAfter(blocked)).toBe(0n);
  });
});

describe('startup and NV indices', () => {
  const octets = u64(0x102n);
  type Case = readonly [
    what: string,
    attributes: number,
    before: readonly TpmEvent[],
    input: object,
    isWritten: boolean,
    data: bigint,
  ];
  const orderly = (type: 'COUNTER' | 'ORDINARY') => ownedAttributes(type, NV.ORDERLY);
  const stclear = ownedAttributes('ORDINARY', NV.CLEAR_STCLEAR);
  const cases: readonly Case[] = [
    ['a counter of RAM after a power cut', orderly('COUNTER'), [], CLEAR, true, 0x1ffn],
    ['a counter of RAM', orderly('COUNTER'), [shutDown('clear')], CLEAR, true, 0x102n],
    ['data of RAM at a reset', orderly('ORDINARY'), [shutDown('clear')], CLEAR, false, 0x102n],
    ['data of RAM at a restart', orderly('ORDINARY'), [shutDown('state')], CLEAR, true, 0x102n],
    ['data for one power cycle', stclear, [shutDown('state')], CLEAR, false, 0x102n],
    ['the same at a resume', stclear, [shutDown('state')], STATE, true, 0x102n],
  ];
  for (const [what, attributes, before, input, isWritten, data] of cases) {
    it(`${isWritten ? 'keeps' : 'forgets'} ${what}`, () => {
      const tpm = after(started(), ...written(octets, { attributes }));
      const index = given(powered(tpm, ...before))
        .when(startup, input as never)
        .tpm.nv.indices.get(INDEX);
      expect(has(index?.publicArea.attributes ?? 0, NV.WRITTEN)).toBe(isWritten);
      expect(index?.data.octets).toEqual(u64(data));
    });
  }

  it('opens read locks, and write locks that are not for good', () => {
    const lockedFor = (more: number): number => {
      const attributes = ownedAttributes('ORDINARY', more | NV.READLOCKED | NV.WRITELOCKED);
      const tpm = after(started(), ...written(octets, { attributes }));
      const index = given(powered(tpm)).when(startup, CLEAR).tpm.nv.indices.get(INDEX);
      return (index?.publicArea.attributes ?? 0) & (NV.READLOCKED | NV.WRITELOCKED);
    };
    expect(lockedFor(NV.WRITE_STCLEAR)).toBe(0);
    expect(lockedFor(NV.WRITEDEFINE)).toBe(NV.WRITELOCKED);
    expect(lockedFor(NV.WRITEDEFINE | NV.ORDERLY)).toBe(0);
  });
});

describe('shutdown', () => {
  it('records how the TPM was left, and when', () => {
    given(started())
      .when(shutdown, { shutdownType: 'STATE' }, { nowMs: NOW_MS + 1234 })
      .then([shutDown('state', 1234n)]);
    given(started())
      .when(shutdown, { shutdownType: 'CLEAR' })
      .then([shutDown('clear', 0n)]);
  });

  it('refuses to keep the state when other PCR will be there', () => {
    const { allocated } = started().pcrs;
    const tpm = after(started(), { type: 'PcrsAllocated', allocation: allocated });
    given(tpm).when(shutdown, { shutdownType: 'STATE' }).refuses('TYPE', { parameter: 1 });
    given(tpm).when(shutdown, { shutdownType: 'CLEAR' }).records('ShutDown');
  });
});

describe('a manufactured TPM', () => {
  it('starts for the first time as after an orderly end', () => {
    const { lifecycle } = started();
    expect(manufacturedEvents()).toHaveLength(1);
    expect(lifecycle.isFirstStartupOrderly).toBe(true);
  });
});
