/** How the times of two classes differ, where they differ most. */
export type Difference = {
  /** Welch's t: the difference of the means, counted in its standard errors. */
  readonly t: number;
  /** Up to which percentile of all times this is so. */
  readonly percentile: number;
  /** The least standard error of all cuts, in the unit of the times. */
  readonly error: number;
};

/**
 * Where the slowest are cut off, in percent of all times. What was interrupted, by the collector or
 * by another process, is among the slowest and says nothing of the work.
 */
const PERCENTILES: readonly number[] = [25, 50, 75, 90, 95, 99, 100];
/** A cut below it leaves too little of a shift to judge by how sharply the rest is seen. */
const JUDGED_PERCENTILE_MIN = 50;

/**
 * The greatest difference between the times of the first class and those of the second. The cuts
 * are made through the times of both together, so that they favour none.
 */
export function greatestDifference(times: Float64Array, isSecond: Uint8Array): Difference {
  const sorted = times.toSorted();
  let greatest: Difference = { t: 0, percentile: 100, error: Infinity };
  for (const percentile of PERCENTILES) {
    const last = Math.min(sorted.length - 1, Math.ceil((sorted.length * percentile) / 100));
    const limit = sorted[last] ?? 0;
    const [first, second] = [0, 1].map((one) => moments(times, isSecond, one, limit));
    const { t, error } = welch(first!, second!);
    const isJudged = percentile >= JUDGED_PERCENTILE_MIN;
    const least = isJudged ? Math.min(error, greatest.error) : greatest.error;
    const worst = Math.abs(t) >= Math.abs(greatest.t) ? { t, percentile } : greatest;
    greatest = { t: worst.t, percentile: worst.percentile, error: least };
  }
  return greatest;
}

/** What a t-test wants to know of a class. */
export type Moments = {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
};

/** Count, mean and variance of the times of one class up to a limit. Welford's recurrence */
function moments(
  times: Float64Array,
  isSecond: Uint8Array,
  wanted: number,
  limit: number,
): Moments {
  let [count, mean, sum] = [0, 0, 0];
  for (let i = 0; i < times.length; i += 1) {
    const time = times[i] ?? 0;
    if (isSecond[i] !== wanted || time > limit) continue;
    count += 1;
    const distance = time - mean;
    mean += distance / count;
    sum += distance * (time - mean);
  }
  return { count, mean, variance: count < 2 ? 0 : sum / (count - 1) };
}

/**
 * Welch's t of two classes, with the standard error that it is counted in; 0 where nothing varies.
 */
export function welch(a: Moments, b: Moments): { readonly t: number; readonly error: number } {
  if (a.count === 0 || b.count === 0) return { t: 0, error: 0 };
  const error = Math.sqrt(a.variance / a.count + b.variance / b.count);
  const distance = a.mean - b.mean;
  if (error === 0) return { t: distance === 0 ? 0 : Math.sign(distance) * Infinity, error };
  return { t: distance / error, error };
}

/** The time in the middle. */
export function median(times: Float64Array): number {
  return times.toSorted()[times.length >> 1] ?? 0;
}
