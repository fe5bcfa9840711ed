import { describe, expect, it } from 'vitest';
import { Random } from '../support/generator/random.ts';
import { LEAKS } from '../support/timing/leaks.ts';
import { measure, type Target } from '../support/timing/measurement.ts';
import { greatestDifference, median, welch } from '../support/timing/welch.ts';

/** Times of two classes in turns, each drawn between 1000 and 1100 with a shift for the second. */
function drawn(count: number, shift: number, seed: number) {
  const random = new Random(seed);
  const isSecond = Uint8Array.from({ length: count }, () => random.below(2));
  const times = Float64Array.from(isSecond, (one) => 1000 + random.below(100) + one * shift);
  return { times, isSecond };
}

describe('welch', () => {
  it('counts the difference of two means in its standard errors', () => {
    // The means are 2 apart, and 16/4 + 4/2 = 6 is the square of the standard error.
    const [a, b] = [
      { count: 4, mean: 12, variance: 16 },
      { count: 2, mean: 10, variance: 4 },
    ];
    expect(welch(a, b).t).toBeCloseTo(2 / Math.sqrt(6), 12);
    expect(welch(b, a).t).toBeCloseTo(-2 / Math.sqrt(6), 12);
  });

  it('knows what does not vary, and what was never measured', () => {
    const still = { count: 9, mean: 5, variance: 0 };
    expect(welch(still, still).t).toBe(0);
    expect(welch(still, { ...still, mean: 4 }).t).toBe(Infinity);
    expect(welch(still, { count: 0, mean: 0, variance: 0 }).t).toBe(0);
  });
});

describe('greatestDifference', () => {
  it('stays small where nothing depends on the class', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { times, isSecond } = drawn(20_000, 0, seed);
      expect(Math.abs(greatestDifference(times, isSecond).t)).toBeLessThan(4.5);
    }
  });

  it('sees a shift that is far below what the times vary by', () => {
    const { times, isSecond } = drawn(20_000, 3, 1);
    expect(greatestDifference(times, isSecond).t).toBeLessThan(-4.5);
  });

  it('sees the shift among interruptions that are a thousand times as long', () => {
    const { times, isSecond } = drawn(20_000, 3, 1);
    for (let i = 0; i < times.length; i += 100) times[i] = 1_000_000 + 977 * i;
    const { t, percentile, error } = greatestDifference(times, isSecond);
    expect(t).toBeLessThan(-4.5);
    expect(percentile).toBeLessThan(100);
    expect(error).toBeLessThan(1);
  });

  it('calls the time in the middle the median', () => {
    expect(median(Float64Array.of(9, 1, 5))).toBe(5);
  });
});

const everyTime = (): boolean => false;

describe('measure', () => {
  it.each(LEAKS)('finds a leak that there is: $name', (target) => {
    expect(Math.abs(measure(target, 5000, new Random(1), everyTime).t)).toBeGreaterThan(4.5);
  });

  it('tells of answers that differ, and takes as many samples as it was asked for', () => {
    const target: Target = {
      name: 'test',
      classes: ['one', 'the other'],
      share: 1,
      repeats: 1,
      prepare: (isSecond) => () => (isSecond ? 'AUTH_FAIL' : 'BAD_AUTH'),
    };
    const { answers, samples } = measure(target, 600, new Random(1), everyTime);
    expect({ answers, samples }).toEqual({ answers: 'BAD_AUTH and AUTH_FAIL', samples: 600 });
  });

  it('ends when the time is over', () => {
    const target = { ...LEAKS[0]! };
    const { samples } = measure(target, 5000, new Random(1), () => true);
    expect(samples).toBeLessThan(5000);
  });
});
