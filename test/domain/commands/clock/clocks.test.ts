import { describe, expect, it } from 'vitest';
import { clockRateAdjust } from '../../../../domain/commands/clock/clockRateAdjust.ts';
import { clockSet } from '../../../../domain/commands/clock/clockSet.ts';
import { readClock } from '../../../../domain/commands/clock/readClock.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { clockAt, timeAt } from '../../../../domain/tpm/clock.ts';
import { given } from '../../../support/given.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const auth = TPM_RH.OWNER;

describe('readClock', () => {
  it('tells Time and Clock of the moment with the counters', () => {
    given(started())
      .when(readClock, {}, { nowMs: NOW_MS + 5000 })
      .then([])
      .answers({
        currentTime: {
          time: 5000n,
          clockInfo: { clock: 5000n, resetCount: 1, restartCount: 0, safe: true },
        },
      });
  });
});

describe('clockSet', () => {
  it('sets Clock forward, and leaves Time alone', () => {
    const { tpm } = given(started()).when(clockSet, { auth, newTime: 4000n });
    expect(clockAt(tpm.clock, NOW_MS + 10)).toBe(4010n);
    expect(timeAt(tpm.clock, NOW_MS + 10)).toBe(10n);
  });

  it('refuses to set it back, or too far', () => {
    const { when } = given(started());
    const at = { nowMs: NOW_MS + 100 };
    when(clockSet, { auth, newTime: 99n }, at).refuses('VALUE', { parameter: 1 });
    when(clockSet, { auth, newTime: 100n }, at).records('ClockSet');
    when(clockSet, { auth, newTime: 0xffff_0000_0000_0001n }).refuses('VALUE', { parameter: 1 });
  });

  it('makes an unsafe Clock safe when it passes the next update', () => {
    const unsafe = after(started(), {
      type: 'StartedUp',
      kind: 'resume',
      locality: 0,
      safeAtMs: 4096n,
      failedTries: 0,
    });
    const isSafeAt = (newTime: bigint): boolean => {
      const { tpm } = given(unsafe).when(clockSet, { auth, newTime });
      const { currentTime } = given(tpm).when(readClock, {}).response as {
        readonly currentTime: { readonly clockInfo: { readonly safe: boolean } };
      };
      return currentTime.clockInfo.safe;
    };
    expect([isSafeAt(4095n), isSafeAt(4096n)]).toEqual([false, true]);
  });
});

describe('clockRateAdjust', () => {
  it('makes Time and Clock run faster or slower from now on, without a jump', () => {
    const nowMs = NOW_MS + 1000;
    const faster = given(started()).when(clockRateAdjust, { auth, rateAdjust: 3 }, { nowMs }).tpm;
    expect(clockAt(faster.clock, nowMs)).toBe(1000n);
    expect(timeAt(faster.clock, nowMs + 29_700)).toBe(31_000n);
    expect(clockAt(faster.clock, nowMs + 29_700)).toBe(31_000n);
    const slower = given(started()).when(clockRateAdjust, { auth, rateAdjust: -3 }, { nowMs }).tpm;
    expect(clockAt(slower.clock, nowMs + 30_300)).toBe(31_000n);
  });

  it('adds up to a limit, and has nothing to record without a change', () => {
    let tpm = started();
    for (let i = 0; i < 20; i += 1)
      tpm = given(tpm).when(clockRateAdjust, { auth, rateAdjust: 3 }).tpm;
    expect(tpm.clock.rateAdjust).toBe(5000);
    given(tpm).when(clockRateAdjust, { auth, rateAdjust: 3 }).then([]);
    given(tpm).when(clockRateAdjust, { auth, rateAdjust: 0 }).then([]);
  });
});
