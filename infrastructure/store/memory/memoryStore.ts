import {
  StoreError,
  type Appended,
  type Conflict,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
} from '../../../domain/engine/eventStore.ts';
import { assertAppendable } from '../appendable.ts';

/** A store that is forgotten with the process: for tests, demonstrations and throw-away TPMs. */
export class MemoryStore implements EventStore {
  readonly #all: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  async append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    assertAppendable(stream, expectedVersion, events);
    this.#assertOpen();
    const recorded = this.#streams.get(stream) ?? [];
    const version = expectedVersion + events.length;
    if (isAppended(recorded, expectedVersion, events)) return { kind: 'appended', version };
    if (recorded.length !== expectedVersion) {
      return { kind: 'conflict', version: recorded.length };
    }
    for (const { id, type, data, metadata } of events) {
      const position = String(this.#all.length + 1);
      const at = { stream, version: recorded.length + 1, position };
      const entry = { id, type, data, metadata, ...at };
      recorded.push(entry);
      this.#all.push(entry);
    }
    this.#streams.set(stream, recorded);
    for (const wake of this.#waiting) wake();
    return { kind: 'appended', version };
  }

  async *read(
    stream: string,
    fromVersion = 1,
    toVersion = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<RecordedEvent> {
    this.#assertOpen();
    const recorded = this.#streams.get(stream) ?? [];
    const last = Math.min(toVersion, recorded.length);
    for (let version = Math.max(1, fromVersion); version <= last; version += 1) {
      this.#assertOpen();
      const event = recorded[version - 1];
      if (event !== undefined) yield event;
    }
  }

  async last(stream: string): Promise<RecordedEvent | null> {
    this.#assertOpen();
    return this.#streams.get(stream)?.at(-1) ?? null;
  }

  async *follow(afterPosition: string | null, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    let next = afterPosition === null ? 0 : Number(afterPosition);
    while (!signal.aborted) {
      this.#assertOpen();
      const event = this.#all[next];
      if (event === undefined) await this.#appended(signal);
      else {
        next += 1;
        yield event;
      }
    }
  }

  #appended(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async *streams(prefix = ''): AsyncGenerator<string> {
    this.#assertOpen();
    for (const stream of [...this.#streams.keys()]) if (stream.startsWith(prefix)) yield stream;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting) wake();
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new StoreError('unavailable', 'The event store is closed.');
  }
}

/** True when these very events stand at that place already. */
function isAppended(
  recorded: readonly RecordedEvent[],
  expectedVersion: number,
  events: readonly NewEvent[],
): boolean {
  return events.every(({ id }, i) => recorded[expectedVersion + i]?.id === id);
}
