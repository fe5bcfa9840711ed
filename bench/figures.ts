/** How long something took, over many times: milliseconds. */
export type Timing = { readonly medianMs: number; readonly p99Ms: number; readonly count: number };

/** A line of the report: figures with their unit, and what they are compared with. */
export type Line = {
  /** Names the figure in the JSON report, and stays the same. */
  readonly key: string;
  readonly name: string;
  readonly unit: 'ms' | '1/s' | 'kB';
  readonly ours: number;
  readonly p99?: number;
  readonly theirs?: number;
  readonly theirP99?: number;
  /** What `theirs` is of. */
  readonly against?: string;
  /** How many times it was measured. */
  readonly count?: number;
};

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

/** What a line is called: its key, and its name for people. */
export type Title = { readonly key: string; readonly name: string };

/** A line of a timing, compared with another one where there is one. */
export function timed(title: Title, ours: Timing, theirs?: Timing | null, against = ''): Line {
  const { medianMs, p99Ms, count } = ours;
  const own = { ...title, unit: 'ms', ours: medianMs, p99: p99Ms, count } as const;
  if (!theirs) return own;
  return { ...own, theirs: theirs.medianMs, theirP99: theirs.p99Ms, against };
}

/** Ours by theirs, where there is something to compare with. */
export function ratioOf({ ours, theirs }: Line): number | null {
  return theirs === undefined ? null : ours / theirs;
}

/** A number with as many digits as say something. */
export function shown(value: number | undefined): string {
  if (value === undefined) return '';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
}

const HEAD = ['measure', 'unit', 'Stemma', 'p99', 'other', 'p99', 'against', 'ratio'];
const TEXTS: ReadonlySet<number> = new Set([0, 1, 6]);

/** The report as aligned text. */
export function table(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  const aligned = (cell: string, i: number): string =>
    TEXTS.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return rows.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}

function cells(line: Line): readonly string[] {
  const { name, unit, ours, p99, theirs, theirP99, against } = line;
  const ratio = ratioOf(line)?.toFixed(2) ?? '';
  return [
    name,
    unit,
    shown(ours),
    shown(p99),
    shown(theirs),
    shown(theirP99),
    against ?? '',
    ratio,
  ];
}

/** The report for programs: every figure under its key. */
export function figures(lines: readonly Line[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    lines.map((line) => {
      const { key, name, unit, ours, p99, theirs, theirP99, against, count } = line;
      const other = theirs === undefined ? {} : { against, other: theirs, otherP99: theirP99 };
      const figure = { name, unit, value: ours, p99, count, ...other, ratio: ratioOf(line) };
      return [key, figure];
    }),
  );
}
