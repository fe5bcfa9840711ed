/** An event to append: `data` and `metadata` are JSON texts that come back octet for octet. */
export type NewEvent = {
  /** A UUID in lower case: the same event sent again is recognized by it. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/** How many octets the types, data and metadata of one append may have together, in UTF-8. */
export const APPEND_OCTETS_MAX = 1_000_000;

/** An event as the store holds it. */
export type RecordedEvent = NewEvent & {
  readonly stream: string;
  /** The stream's version after this event: the first has version 1. */
  readonly version: number;
  /**
   * Where it stands among all events: opaque, to go on from with `follow`, which always gives it;
   * empty when a store that is read by stream does not tell.
   */
  readonly position: string;
};

/** The events are durable; `version` is that of the last of them. */
export type Appended = { readonly kind: 'appended'; readonly version: number };
/** The stream is not at the version that was expected; `version` is the one it has, 0 for none. */
export type Conflict = { readonly kind: 'conflict'; readonly version: number };

/**
 * Streams of events that only grow.
 *
 * The contract, which one suite checks for every adapter:
 *
 * - `append` writes all events or none, and resolves when they are durable: they outlive a power
 *   cut. `expectedVersion` 0 means that the stream does not exist. A conflict is an answer, not an
 *   error. Events whose ids already stand right after `expectedVersion` are `appended` without
 *   being written again, and answered as they were the first time, whatever came since: so an
 *   append whose outcome is unknown is settled by sending it again. When only some of them stand
 *   there it is a conflict. Of appends to one stream at one version exactly one wins. It is a
 *   programmer's error, and writes nothing, to append no event, more than APPEND_OCTETS_MAX, at a
 *   version below 0, with an id that is no UUID, or to a stream whose name is empty or begins with
 *   `$`.
 * - `read` gives the versions from `fromVersion` to `toVersion`, both included, in order, page by
 *   page: at least those that were appended before it was called. What does not exist gives
 *   nothing.
 * - `follow` gives all events of all streams after a position, in one order that never changes and
 *   in which every stream's versions rise, then what is appended later, until the signal aborts,
 *   which ends it without an error. It neither loses nor repeats, and a slow reader costs bounded
 *   memory. A lost connection is taken up again where it broke off; `unavailable` when that fails
 *   for long.
 * - Leaving an iteration early releases everything behind it. A `follow` that waits for an event is
 *   left by its signal.
 * - `close` lets appends that were begun finish, ends every iteration with `unavailable`, and from
 *   then on everything is refused as `unavailable`. To close twice is to close once.
 *
 * Errors are StoreError; every method may throw `unavailable` and `damaged`, `append` also `full`
 * and `unknown-outcome`, opening also `too-new` and `in-use`.
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
  /** The names of all streams that begin with `prefix`, each once, in no particular order. */
  streams(prefix?: string): AsyncIterable<string>;
  close(): Promise<void>;
}

/**
 * Why a store cannot do it: `unavailable` and `full`: surely nothing was written;
 * `unknown-outcome`: it may have been: send the same events again; `damaged`: what is stored cannot
 * be read; `too-new`: a later version wrote it; `in-use`: another engine holds it.
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
