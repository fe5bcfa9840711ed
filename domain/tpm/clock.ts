/**
 * Time and Clock, told as two moments from which both follow at any later one.
 *
 * At `setAtMs` (ms since the epoch, the platform's clock) Clock was `clockMs`; it advances with
 * `ratePercent` of the platform's speed while power is on. Time is zero at `poweredAtMs`.
 * `isSafe`: no Clock value was ever reported that is larger; when false it becomes safe once Clock
 * passes `safeAtMs`. Part 1, 36 Timing Components
 */
export type Clock = {
  readonly clockMs: bigint;
  readonly setAtMs: number;
  readonly poweredAtMs: number;
  readonly rateAdjust: number;
  readonly safeAtMs: bigint | null;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly clearCount: number;
};

/** How often Clock is made durable: TPM_PT_CLOCK_UPDATE. `safe` returns when it passes a multiple. */
export const CLOCK_UPDATE_MS = 4096n;

/** Facts about Clock alone: `nowMs` is the platform's clock. */
export type ClockEvent =
  | { readonly type: 'ClockSet'; readonly clockMs: bigint; readonly nowMs: number }
  | {
      readonly type: 'ClockRateAdjusted';
      readonly rateAdjust: number;
      readonly clockMs: bigint;
      readonly nowMs: number;
    };

type Of<K extends ClockEvent['type']> = Extract<ClockEvent, { type: K }>;

/** What each fact does to the clock. */
export const clockEvolvers = {
  ClockSet: (clock: Clock, { clockMs, nowMs }: Of<'ClockSet'>): Clock => ({
    ...clock,
    clockMs,
    setAtMs: nowMs,
    safeAtMs: null,
  }),
  ClockRateAdjusted: (clock: Clock, event: Of<'ClockRateAdjusted'>): Clock => ({
    ...clock,
    rateAdjust: event.rateAdjust,
    clockMs: event.clockMs,
    setAtMs: event.nowMs,
  }),
};

/** Time at a moment of the platform's clock: ms since power was applied. */
export function timeAt(clock: Clock, nowMs: number): bigint {
  return BigInt(Math.max(0, Math.floor(nowMs - clock.poweredAtMs)));
}

/** Clock at a moment of the platform's clock, in ms; never below an earlier one. */
export function clockAt(clock: Clock, nowMs: number): bigint {
  const elapsedMs = Math.max(0, nowMs - clock.setAtMs);
  return clock.clockMs + BigInt(Math.floor(elapsedMs * (1 + clock.rateAdjust / 100)));
}

/** The `safe` of TPMS_CLOCK_INFO at a moment. */
export function isClockSafe(clock: Clock, nowMs: number): boolean {
  return clock.safeAtMs === null || clockAt(clock, nowMs) >= clock.safeAtMs;
}

/** The next moment of Clock at which it is made durable: from then on it is safe again. */
export function nextClockUpdate(clockMs: bigint): bigint {
  return (clockMs / CLOCK_UPDATE_MS + 1n) * CLOCK_UPDATE_MS;
}
