import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Signal } from '../../domain/processor/signals.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import { History } from '../support/generator/history.ts';
import { Random } from '../support/generator/random.ts';

/** What a client or a platform sent, and how many ms after the beginning. */
export type Recorded =
  | { readonly atMs: number; readonly locality: number; readonly request: Uint8Array }
  | { readonly atMs: number; readonly signal: Signal };

const FOLDER = fileURLToPath(new URL('recorded/', import.meta.url)).replace('/dist/', '/');

/** The TPM that is recorded and replayed: what it draws depends on one seed alone. */
export function recordedTpm(): History {
  return new History(new Random(1));
}

/** Sends what was recorded to that TPM, up to but without the entry at `end`. */
export function replay(entries: readonly Recorded[], end = entries.length): History {
  const history = recordedTpm();
  for (const entry of entries.slice(0, end)) {
    history.nowMs = Math.max(history.nowMs, startMs(history) + entry.atMs);
    if ('signal' in entry) history.signal(entry.signal);
    else history.send(entry.request, entry.locality);
  }
  return history;
}

const STARTS = new WeakMap<History, number>();

/** The moment at which a history began. */
export function startMs(history: History): number {
  const known = STARTS.get(history) ?? history.nowMs;
  STARTS.set(history, known);
  return known;
}

/** A recording as it is kept: a line an entry, compressed. */
export function packed(entries: readonly Recorded[]): Uint8Array {
  const lines = entries.map((entry) =>
    'signal' in entry
      ? `${entry.atMs} ${JSON.stringify(entry.signal, withoutOctets)}`
      : `${entry.atMs} ${entry.locality} ${toHex(entry.request)}`,
  );
  return gzipSync(lines.join('\n'), { level: 9 });
}

function withoutOctets(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toHex(value) : value;
}

function unpacked(octets: Uint8Array): readonly Recorded[] {
  return gunzipSync(octets).toString().split('\n').map(entryOf);
}

function entryOf(line: string): Recorded {
  const [atMs = '', second = '', third = ''] = line.split(' ');
  if (!second.startsWith('{')) {
    return { atMs: Number(atMs), locality: Number(second), request: fromHex(third) };
  }
  const signal = JSON.parse(second) as Signal & { readonly data?: string };
  const data = signal.data === undefined ? {} : { data: fromHex(signal.data) };
  return { atMs: Number(atMs), signal: { ...signal, ...data } as Signal };
}

/** The traffic of stock clients, by the scripts that led them; made by `record.ts`. */
export function recordings(): ReadonlyMap<string, readonly Recorded[]> {
  const files = readdirSync(FOLDER).sort();
  return new Map(
    files.map((file) => [file.replace('.gz', ''), unpacked(readFileSync(`${FOLDER}${file}`))]),
  );
}

/** Where a recording of this name is kept. */
export function placeOf(name: string): string {
  return `${FOLDER}${name.replace('/', '-')}.gz`;
}
