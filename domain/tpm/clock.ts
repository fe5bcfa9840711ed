import type { TpmsTimeInfo } from '../structures/base.ts';

/**
 * Time and Clock, told as moments from which both follow at any later one.
 *
 * At `setAtMs` (ms since the epoch, the platform's clock) Clock was `clockMs`; at `timeSetAtMs`
 * Time was `timeMs`. While power is on both advance 30,000 ms in `30000 - rateAdjust` ms of the
 * platform's clock. At `stoppedAtMs` NV memory went away: both stand still until it is back, and
 * catch up then; null while they run. `epoch` counts how often Time began: values of different
 * epochs do not compare. `safeAtMs`: Clock may have shown larger values before, until it passes
 * this one; null when it never did. Part 1, 36 Timing Components
 */
export type Clock = {
  readonly clockMs: bigint;
  readonly setAtMs: number;
  readonly timeMs: bigint;
  readonly timeSetAtMs: number;
  readonly stoppedAtMs: number | null;
  readonly epoch: number;
  readonly rateAdjust: number;
  readonly safeAtMs: bigint | null;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly clearCount: number;
};

/**
 * How often Clock is made durable: TPM_PT_CLOCK_UPDATE. `safe` returns when it passes a multiple.
 */
export const CLOCK_UPDATE_MS = 4096n;

/** Facts about Clock alone: `nowMs` is the platform's clock. */
export type ClockEvent =
  | { readonly type: 'ClockSet'; readonly clockMs: bigint; readonly nowMs: number }
  | {
      readonly type: 'ClockRateAdjusted';
      readonly rateAdjust: number;
      readonly clockMs: bigint;
      readonly timeMs: bigint;
      readonly nowMs: number;
    };

type Of<K extends ClockEvent['type']> = Extract<ClockEvent, { type: K }>;

/** What each fact does to the clock. */
export const clockEvolvers = {
  ClockSet: (clock: Clock, { clockMs, nowMs }: Of<'ClockSet'>): Clock => ({
    ...clock,
    clockMs,
    setAtMs: nowMs,
  }),
  ClockRateAdjusted: (clock: Clock, event: Of<'ClockRateAdjusted'>): Clock => ({
    ...clock,
    rateAdjust: event.rateAdjust,
    clockMs: event.clockMs,
    setAtMs: event.nowMs,
    timeMs: event.timeMs,
    timeSetAtMs: event.nowMs,
  }),
};

/** The rate at which rateAdjust is zero, in its unit. */
const RATE_NOMINAL = 30000;

function advanceMs(fromMs: number, nowMs: number, rateAdjust: number): bigint {
  const elapsedMs = Math.max(0, nowMs - fromMs);
  return BigInt(Math.floor((elapsedMs * RATE_NOMINAL) / (RATE_NOMINAL - rateAdjust)));
}

/** Time at a moment of the platform's clock: ms since power was applied. */
export function timeAt(clock: Clock, nowMs: number): bigint {
  return clock.timeMs + advanceMs(clock.timeSetAtMs, clock.stoppedAtMs ?? nowMs, clock.rateAdjust);
}

/**
 * Clock at a moment of the platform's clock, in ms; never below an earlier one. Power must be on.
 */
export function clockAt(clock: Clock, nowMs: number): bigint {
  return clock.clockMs + advanceMs(clock.setAtMs, clock.stoppedAtMs ?? nowMs, clock.rateAdjust);
}

/** The `safe` of TPMS_CLOCK_INFO at a moment: a clock that stands still is not. */
export function isClockSafe(clock: Clock, nowMs: number): boolean {
  if (clock.stoppedAtMs !== null) return false;
  return clock.safeAtMs === null || clockAt(clock, nowMs) >= clock.safeAtMs;
}

/** The next moment of Clock at which it is made durable: from then on it is safe again. */
export function nextClockUpdate(clockMs: bigint): bigint {
  return (clockMs / CLOCK_UPDATE_MS + 1n) * CLOCK_UPDATE_MS;
}

/** TPMS_TIME_INFO of a moment. Part 2, 10.11.6 TPMS_TIME_INFO */
export function timeInfo(clock: Clock, nowMs: number): TpmsTimeInfo {
  const { resetCount, restartCount } = clock;
  const safe = isClockSafe(clock, nowMs);
  return {
    time: timeAt(clock, nowMs),
    clockInfo: { clock: clockAt(clock, nowMs), resetCount, restartCount, safe },
  };
}
