import { randomUUID } from 'node:crypto';
import type { EventStore, NewEvent, RecordedEvent } from '../../domain/engine/eventStore.ts';

/** An event with an id of its own. */
export function newEvent(n = 0, change: Partial<NewEvent> = {}): NewEvent {
  const metadata = `{"n":${n}}`;
  return { id: randomUUID(), type: 'Tested', data: `{"value":${n}}`, metadata, ...change };
}

/** So many events. */
export function newEvents(count: number): readonly NewEvent[] {
  return Array.from({ length: count }, (_, i) => newEvent(i));
}

/** All that an iteration gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

/** The first events after a position that are of streams with this prefix. */
export async function firstOf(
  store: EventStore,
  after: string | null,
  count: number,
  prefix: string,
): Promise<readonly RecordedEvent[]> {
  const gathered: RecordedEvent[] = [];
  if (count === 0) return gathered;
  for await (const event of store.follow(after, new AbortController().signal)) {
    if (event.stream.startsWith(prefix)) gathered.push(event);
    if (gathered.length === count) break;
  }
  return gathered;
}

/** The ids of events, in their order. */
export function idsOf(events: readonly { readonly id: string }[]): readonly string[] {
  return events.map(({ id }) => id);
}

/** The versions of events, in their order. */
export function versionsOf(events: readonly RecordedEvent[]): readonly number[] {
  return events.map(({ version }) => version);
}
