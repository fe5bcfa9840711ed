import { metadataOf } from '../../domain/engine/envelope.ts';
import type { Fact } from '../../domain/engine/envelope.ts';
import type { RecordedEvent } from '../../domain/engine/eventStore.ts';
import type { HistoryEntry } from '../../domain/engine/history.ts';
import { disclose } from '../../domain/engine/envelope.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';

/** A value for JSON: octets in hexadecimal, 64-bit numbers in decimal, Secrets as their size. */
export function showValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Secret) return value.toString();
  if (Array.isArray(value)) return value.map(showValue);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [String(key), showValue(entry)]));
}

/** Milliseconds since the epoch as ISO 8601. */
export function showTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** An event of a history, for people and programs. */
export type ShownEvent = {
  readonly version: number;
  readonly incarnation: string;
  readonly streamVersion: number;
  readonly at: string;
  readonly type: string;
  readonly data: unknown;
  readonly link: string;
};

/** An event of a history without its secrets. */
export function showEntry(entry: HistoryEntry): ShownEvent {
  const { version, incarnation, streamVersion, atMs, fact, link } = entry;
  const { type, data } = showFact(fact);
  return { version, incarnation, streamVersion, at: showTime(atMs), type, data, link };
}

/** An event of any stream without its secrets. */
export function showRecorded(event: RecordedEvent): Readonly<Record<string, unknown>> {
  const { atMs, link } = metadataOf(event);
  const { stream, version, position } = event;
  const fact = showFact(disclose(event, null));
  return { position, stream, version, at: showTime(atMs), ...fact, link };
}

function showFact(fact: Fact): { readonly type: string; readonly data: unknown } {
  const { type, ...fields } = fact;
  return { type, data: showValue(fields) };
}
