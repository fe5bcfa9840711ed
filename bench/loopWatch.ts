import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

/** How long an event loop was held: at most, and at the 99th percentile of its turns; ms. */
export type Delay = { readonly p99Ms: number; readonly maxMs: number };

/** Watches the event loop of the thread that it is made in. */
export class LoopWatch {
  readonly #held = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#held.enable();
  }

  /** Since it was asked last, beyond the timer's own interval. */
  take(): Delay {
    const beyond = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
    const measured = { maxMs: beyond(this.#held.max), p99Ms: beyond(this.#held.percentile(99)) };
    this.#held.reset();
    return measured;
  }
}
