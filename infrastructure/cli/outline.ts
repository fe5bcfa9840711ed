/**
 * A document for people: names and values, what is inside indented; equal runs of a list as one.
 */
export function outline(document: Readonly<Record<string, unknown>>, indent = ''): string[] {
  const entries = Object.entries(document);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.flatMap(([name, value]) => {
    const inside = within(value, `${indent}  `);
    if (inside === null) return [`${indent}${name.padEnd(width)}  ${leaf(value)}`];
    return [`${indent}${name}`, ...inside];
  });
}

/** The lines of what has an inside, or null for a value that fits behind its name. */
function within(value: unknown, indent: string): string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return outline(value as Readonly<Record<string, unknown>>, indent);
  if (value.length === 0) return null;
  const elements = value as readonly unknown[];
  if (elements.every((element) => typeof element === 'string')) return runs(elements, indent);
  return elements.flatMap((element) => {
    const lines = within(element, `${indent}  `) ?? [`${indent}  ${leaf(element)}`];
    return lines.map((line, i) => (i === 0 ? `${indent}- ${line.trimStart()}` : line));
  });
}

function runs(elements: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (let first = 0; first < elements.length;) {
    let last = first;
    while (elements[last + 1] === elements[first]) last += 1;
    const span = last === first ? String(first) : `${first}-${last}`;
    lines.push(`${indent}${span.padEnd(5)}  ${elements[first] ?? ''}`);
    first = last + 1;
  }
  return lines;
}

function leaf(value: unknown): string {
  if (value === null || value === '') return '-';
  if (Array.isArray(value)) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
