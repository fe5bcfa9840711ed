import type {
  Appended,
  Conflict,
  EventStore,
  NewEvent,
  RecordedEvent,
} from '../../domain/engine/eventStore.ts';

/**
 * A store that notes how far this engine has written the streams of machines, so that whoever reads
 * a view can wait until it shows what was written before.
 */
export class NotingStore implements EventStore {
  readonly #store: EventStore;
  readonly #written = new Map<string, number>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    const appended = this.#store.append(stream, expectedVersion, events);
    return stream.startsWith('machine-') ? this.#note(stream, appended) : appended;
  }

  async #note(stream: string, pending: Promise<Appended | Conflict>): Promise<Appended | Conflict> {
    const answer = await pending;
    if (answer.kind === 'appended') this.#written.set(stream, answer.version);
    return answer;
  }

  /** What was written and not taken before; `forget` says that it has been seen. */
  written(): readonly (readonly [stream: string, version: number])[] {
    return [...this.#written];
  }

  forget(stream: string, version: number): void {
    if (this.#written.get(stream) === version) this.#written.delete(stream);
  }

  read(stream: string, fromVersion?: number, toVersion?: number): AsyncIterable<RecordedEvent> {
    return this.#store.read(stream, fromVersion, toVersion);
  }

  last(stream: string): Promise<RecordedEvent | null> {
    return this.#store.last(stream);
  }

  follow(afterPosition: string | null, signal: AbortSignal): AsyncIterable<RecordedEvent> {
    return this.#store.follow(afterPosition, signal);
  }

  streams(prefix?: string): AsyncIterable<string> {
    return this.#store.streams(prefix);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
