import type {
  Appended,
  Conflict,
  EventStore,
  NewEvent,
  RecordedEvent,
} from '../../../domain/engine/eventStore.ts';

/** A store that is forgotten with the process: for tests, demonstrations and throw-away TPMs. */
export class MemoryStore implements EventStore {
  readonly #all: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #waiting = new Set<() => void>();

  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    if (events.length === 0) throw new Error('an append has at least one event');
    const recorded = this.#streams.get(stream) ?? [];
    const version = expectedVersion + events.length;
    if (isAppended(recorded, expectedVersion, events)) {
      return Promise.resolve({ kind: 'appended', version });
    }
    if (recorded.length !== expectedVersion) {
      return Promise.resolve({ kind: 'conflict', version: recorded.length });
    }
    for (const event of events) {
      const position = String(this.#all.length + 1);
      const entry = { ...event, stream, version: recorded.length + 1, position };
      recorded.push(entry);
      this.#all.push(entry);
    }
    this.#streams.set(stream, recorded);
    for (const wake of this.#waiting) wake();
    return Promise.resolve({ kind: 'appended', version });
  }

  async *read(
    stream: string,
    fromVersion = 1,
    toVersion = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<RecordedEvent> {
    const recorded = this.#streams.get(stream) ?? [];
    const last = Math.min(toVersion, recorded.length);
    for (let version = Math.max(1, fromVersion); version <= last; version += 1) {
      const event = recorded[version - 1];
      if (event !== undefined) yield event;
    }
  }

  last(stream: string): Promise<RecordedEvent | null> {
    return Promise.resolve(this.#streams.get(stream)?.at(-1) ?? null);
  }

  async *follow(afterPosition: string | null, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    let next = afterPosition === null ? 0 : Number(afterPosition);
    while (!signal.aborted) {
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
    for (const stream of [...this.#streams.keys()]) if (stream.startsWith(prefix)) yield stream;
  }

  close(): Promise<void> {
    return Promise.resolve();
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
