/** An event to append: `data` and `metadata` are JSON texts that come back octet for octet. */
export type NewEvent = {
  /** A UUID: the same event sent again is recognized by it. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/** An event as the store holds it. */
export type RecordedEvent = NewEvent & {
  readonly stream: string;
  /** The stream's version after this event: the first has version 1. */
  readonly version: number;
  /** Where it stands among all events: opaque, to go on from with `follow`. */
  readonly position: string;
};

export type Appended = { readonly kind: 'appended'; readonly version: number };
/** The stream is not at the version that was expected; `version` is the one it has, 0 for none. */
export type Conflict = { readonly kind: 'conflict'; readonly version: number };

/**
 * Streams of events that only grow.
 *
 * The contract, which one suite checks for every adapter:
 * - `append` writes all events or none, and resolves when they are durable. `expectedVersion` 0 means
 *   that the stream does not exist. A conflict is an answer, not an error. Events whose ids already
 *   stand at that place are `appended` without being written again, so that an append whose outcome
 *   is unknown is settled by sending it again. An empty append is a programmer's error.
 * - `read` gives the versions from `fromVersion` to `toVersion`, both included, in order, page by
 *   page; a stream that does not exist gives nothing.
 * - `follow` gives all events of all streams after a position, in one order that never changes, then
 *   what is appended later, until the signal aborts; it neither loses nor repeats, and a slow reader
 *   costs bounded memory.
 * - Leaving an iteration early releases everything behind it.
 * Errors are StoreError; every method may throw `unavailable` and `damaged`.
 */
export interface EventStore {
  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict>;
  read(stream: string, fromVersion?: number, toVersion?: number): AsyncIterable<RecordedEvent>;
  /** The last event of a stream, or null when there is none. */
  last(stream: string): Promise<RecordedEvent | null>;
  follow(afterPosition: string | null, signal: AbortSignal): AsyncIterable<RecordedEvent>;
  /** The names of all streams that begin with `prefix`. */
  streams(prefix?: string): AsyncIterable<string>;
  close(): Promise<void>;
}

/**
 * Why a store cannot do it: `unavailable` and `full`: surely nothing was written; `unknown-outcome`:
 * it may have been: send the same events again; `damaged`: what is stored cannot be read; `too-new`:
 * a later version wrote it; `in-use`: another engine holds it.
 */
export type StoreErrorKind =
  'unavailable' | 'full' | 'unknown-outcome' | 'damaged' | 'too-new' | 'in-use';

/** An operating error of a store, with one sentence for people. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
