import { describe, expect, it } from 'vitest';
import { figures, quantile, table, timed, timing } from '../../bench/figures.ts';

describe('quantile', () => {
  it('is the value at a share of the way', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 51, 100, 100]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('the report', () => {
  const slow = timing([2, 2, 3]);
  const lines = [
    timed({ key: 'a', name: 'ours alone' }, slow),
    timed({ key: 'b', name: 'both' }, slow, timing([1, 1]), 'swtpm'),
    { key: 'c', name: 'many', unit: '1/s', ours: 12_345.6 },
  ] as const;

  it('is a table whose last column is the ratio', () => {
    expect(table(lines).split('\n')).toEqual([
      'measure     unit  Stemma    p99  other    p99  against  ratio',
      'ours alone  ms     2.000  3.000',
      'both        ms     2.000  3.000  1.000  1.000  swtpm     2.00',
      'many        1/s   12,346',
    ]);
  });

  it('has every figure under its key', () => {
    const { a, b } = figures(lines);
    expect(a).toMatchObject({ unit: 'ms', value: 2, p99: 3, count: 3, ratio: null });
    expect(b).toMatchObject({ value: 2, against: 'swtpm', other: 1, otherP99: 1, ratio: 2 });
  });
});
