/** How long something took, over many times: milliseconds. */
export type Timing = { readonly medianMs: number; readonly p99Ms: number; readonly count: number };

/** Sorted, the one at a share of the way. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Times as a Timing. */
export function timing(timesMs: readonly number[]): Timing {
  return {
    medianMs: quantile(timesMs, 0.5),
    p99Ms: quantile(timesMs, 0.99),
    count: timesMs.length,
  };
}

/** A line of the report: figures with their unit, and what they are compared with. */
export type Line = {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly p99?: number;
  readonly theirs?: number;
  readonly theirP99?: number;
  /** What `theirs` is of. */
  readonly against?: string;
};

/** A line that compares two timings. */
export function compared(name: string, ours: Timing, theirs: Timing | null, against: string): Line {
  const own = { name, unit: 'ms', ours: ours.medianMs, p99: ours.p99Ms };
  if (theirs === null) return own;
  return { ...own, theirs: theirs.medianMs, theirP99: theirs.p99Ms, against };
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** The report as aligned text. */
export function table(lines: readonly Line[]): string {
  const head = ['measure', 'unit', 'Stemma', 'p99', 'other', 'p99', 'against', 'ratio'];
  const rows = lines.map(({ name, unit, ours, p99, theirs, theirP99, against }) => [
    name,
    unit,
    shown(ours),
    shown(p99),
    shown(theirs),
    shown(theirP99),
    against ?? '',
    theirs === undefined ? '' : (ours / theirs).toFixed(2),
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const isText = (i: number): boolean => i < 2 || i === 6;
  return all
    .map((row) =>
      row
        .map((cell, i) => (isText(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
