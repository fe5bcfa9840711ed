/** Rows with aligned columns under a head; what is empty is shown as a dash. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): readonly string[] {
  const texts = rows.map((row) => row.map((cell) => String(cell ?? '') || '-'));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...texts].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Names and values, one a line, the values aligned. */
export function fields(
  entries: readonly (readonly [name: string, value: string | number])[],
  indent = '',
): readonly string[] {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`);
}
