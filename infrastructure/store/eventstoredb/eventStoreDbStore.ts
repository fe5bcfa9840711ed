import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import {
  BACKWARDS,
  END,
  ErrorType,
  EventStoreDBClient,
  NO_STREAM,
  START,
  WrongExpectedVersionError,
  streamNameFilter,
  type AppendResult,
  type AppendToStreamOptions,
  type EventData,
  type ReadStreamOptions,
  type ResolvedEvent,
} from '@eventstore/db-client';
import {
  StoreError,
  type Appended,
  type Conflict,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
} from '../../../domain/engine/eventStore.ts';
import { assertAppendable } from '../appendable.ts';
import { positionOf, recorded, serverStream, SERVER_PREFIX } from './recorded.ts';
import { received, type Call } from './received.ts';
import { appendError, isLost, readError, typeOf } from './serverErrors.ts';
import { toEventData } from './eventText.ts';

/** Where the names of all streams are listed: before a stream's first event, so none is missing. */
const LIST = 'stemma-streams';
/** How many listed streams are looked for at a time. */
const LOOKUPS_AT_ONCE = 32;
/** How long the server may be silent, unless the connection string says it by `defaultDeadline`. */
const SILENCE_MAX_MS = 10_000;
/** How often something is tried again when the connection is lost, and how long between. */
const TRIES_MAX = 8;
const BACKOFF_MIN_MS = 20;
const BACKOFF_MAX_MS = 2000;

/**
 * Opens the store that an EventStoreDB's connection string names. Throws StoreError when the server
 * cannot be reached. Everything is asked of the leader of a cluster: what a follower shows may be
 * old.
 */
export async function openEventStoreDb(url: string): Promise<EventStore> {
  const server = hostsOf(url);
  const store = new EventStoreDbStore(clientOf(url), server, silenceOf(url));
  try {
    await store.probe();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The hosts of a connection string: its user and password are for nobody's eyes. */
function hostsOf(url: string): string {
  return /^[^:]+:\/\/(?:.*@)?([^/?@]*)/.exec(url)?.[1] ?? '';
}

function silenceOf(url: string): number {
  const deadline = /[?&]default[_-]?deadline=(\d+)/i.exec(url)?.[1];
  return deadline === undefined ? SILENCE_MAX_MS : Number(deadline);
}

function clientOf(url: string): EventStoreDBClient {
  let client: EventStoreDBClient;
  try {
    client = EventStoreDBClient.connectionString(url);
  } catch {
    throw new StoreError(
      'unavailable',
      'The connection string of the event store cannot be read: expected esdb://HOST:PORT.',
    );
  }
  // One call for each append: the client's batches have no deadline, share what is in flight among
  // all clients of the process, and end together.
  return Object.assign(client, { supports: () => Promise.resolve(false) });
}

/** A store in an EventStoreDB, under names of its own. */
class EventStoreDbStore implements EventStore {
  readonly #client: EventStoreDBClient;
  readonly #server: string;
  readonly #silenceMaxMs: number;
  readonly #closing = new AbortController();
  readonly #appends = new Set<Promise<unknown>>();
  #closed: Promise<void> | null = null;

  constructor(client: EventStoreDBClient, server: string, silenceMaxMs: number) {
    this.#client = client;
    this.#server = server;
    this.#silenceMaxMs = silenceMaxMs;
  }

  /** Throws when the server cannot be asked. */
  async probe(): Promise<void> {
    await this.#lastOf(LIST);
  }

  async append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    assertAppendable(stream, expectedVersion, events);
    this.#assertOpen();
    const appending = this.#append(stream, expectedVersion, events);
    this.#appends.add(appending);
    try {
      return await appending;
    } finally {
      this.#appends.delete(appending);
    }
  }

  async #append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    if (expectedVersion === 0) await this.#list(stream);
    const expectedRevision = expectedVersion === 0 ? NO_STREAM : BigInt(expectedVersion - 1);
    const version = expectedVersion + events.length;
    let actual: number;
    try {
      const data = events.map(toEventData);
      const appended = await this.#send(serverStream(stream), data, { expectedRevision });
      actual = Number(appended.nextExpectedRevision) + 1;
      if (actual === version) return { kind: 'appended', version };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw appendError(this.#server, error);
      actual = versionOf(error.actualVersion);
    }
    const isThere = actual >= version && (await this.#isThere(stream, expectedVersion, events));
    return isThere ? { kind: 'appended', version } : { kind: 'conflict', version: actual };
  }

  /** Sends an append; a server that is not the leader names it, and the client goes there. */
  async #send(
    name: string,
    events: EventData[],
    options: AppendToStreamOptions,
  ): Promise<AppendResult> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#client.appendToStream(name, events, {
          ...options,
          requiresLeader: true,
        });
      } catch (error) {
        if (typeOf(error) !== ErrorType.NOT_LEADER || tries === TRIES_MAX) throw error;
        await setImmediate(); // the client changes its connection after it has told of the error
      }
    }
  }

  async #list(stream: string): Promise<void> {
    const event = { id: randomUUID(), type: 'StreamListed', metadata: '{}' };
    const data = JSON.stringify({ stream });
    try {
      await this.#send(LIST, [toEventData({ ...event, data })], {});
    } catch (error) {
      const { message } = appendError(this.#server, error);
      // Nothing of the stream itself was sent.
      throw new StoreError('unavailable', message, { cause: error });
    }
  }

  async #isThere(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<boolean> {
    const from = expectedVersion + 1;
    let next = 0;
    for await (const { id } of this.read(stream, from, expectedVersion + events.length)) {
      if (events[next]?.id !== id) return false;
      next += 1;
    }
    return next === events.length;
  }

  async *read(
    stream: string,
    fromVersion = 1,
    toVersion = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<RecordedEvent> {
    let from = Math.max(1, fromVersion);
    for (const attempts = new Attempts(); from <= toVersion;) {
      try {
        const options = { fromRevision: BigInt(from - 1), maxCount: toVersion - from + 1 };
        for await (const event of this.#events(serverStream(stream), options)) {
          attempts.succeeded();
          from = event.version + 1;
          yield event;
        }
        return;
      } catch (error) {
        await this.#before(attempts, error);
      }
    }
  }

  /** The events that one call reads of a stream of the server. */
  async *#events(name: string, options: ReadStreamOptions): AsyncGenerator<RecordedEvent> {
    this.#assertOpen();
    const read = this.#client.readStream(name, { ...options, requiresLeader: true });
    const call: Call = { stream: read as never, cancel: () => read.cancel() };
    const patience = { signal: this.#closing.signal, silenceMaxMs: this.#silenceMaxMs };
    try {
      for await (const { event } of received<ResolvedEvent>(call, patience)) {
        if (event !== undefined) yield recorded(event);
      }
    } catch (error) {
      if (typeOf(error) !== ErrorType.STREAM_NOT_FOUND) throw error;
    }
    this.#assertOpen();
  }

  last(stream: string): Promise<RecordedEvent | null> {
    return this.#lastOf(serverStream(stream));
  }

  async #lastOf(name: string): Promise<RecordedEvent | null> {
    for (const attempts = new Attempts(); ;) {
      try {
        const options: ReadStreamOptions = { fromRevision: END, direction: BACKWARDS, maxCount: 1 };
        for await (const event of this.#events(name, options)) return event;
        return null;
      } catch (error) {
        await this.#before(attempts, error);
      }
    }
  }

  async *follow(afterPosition: string | null, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    let position = afterPosition;
    for (const attempts = new Attempts(); !isAborted(signal);) {
      try {
        for await (const event of this.#following(position, signal, attempts)) {
          attempts.succeeded();
          position = event.position;
          yield event;
          if (isAborted(signal)) return;
        }
      } catch (error) {
        if (isAborted(signal)) return;
        await this.#before(attempts, error, signal);
      }
    }
  }

  /** One subscription, for as long as it lasts. */
  async *#following(
    position: string | null,
    signal: AbortSignal,
    attempts: Attempts,
  ): AsyncGenerator<RecordedEvent> {
    this.#assertOpen();
    const subscription = this.#client.subscribeToAll({
      fromPosition: position === null ? START : positionOf(position),
      filter: streamNameFilter({ prefixes: [SERVER_PREFIX] }),
      requiresLeader: true,
    });
    subscription.on('confirmation', () => attempts.succeeded());
    const call: Call = {
      stream: subscription as never,
      cancel: () => subscription.unsubscribe(),
    };
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const events = received<ResolvedEvent>(call, { signal: ending, silenceMaxMs: null });
    for await (const { event } of events) if (event !== undefined) yield recorded(event);
    throw new LostSubscription();
  }

  async *streams(prefix = ''): AsyncGenerator<string> {
    const found = new Set<string>();
    for (const attempts = new Attempts(), at = { from: 0 }; ;) {
      try {
        const options = { fromRevision: BigInt(at.from) };
        for await (const { data, version } of this.#events(LIST, options)) {
          at.from = version;
          const { stream } = JSON.parse(data) as { readonly stream: string };
          if (stream.startsWith(prefix)) found.add(stream);
        }
        break;
      } catch (error) {
        await this.#before(attempts, error);
      }
    }
    yield* this.#thatExist([...found]);
  }

  /** A stream that was listed need not have been begun. */
  async *#thatExist(listed: readonly string[]): AsyncGenerator<string> {
    for (let i = 0; i < listed.length; i += LOOKUPS_AT_ONCE) {
      const some = listed.slice(i, i + LOOKUPS_AT_ONCE);
      const last = await Promise.all(some.map((stream) => this.last(stream)));
      yield* some.filter((_, k) => last[k] !== null);
    }
  }

  /** Waits before another try, or throws what the error means. */
  async #before(attempts: Attempts, error: unknown, signal?: AbortSignal): Promise<void> {
    this.#assertOpen();
    const isWorthIt = error instanceof LostSubscription || isLost(error);
    if (!isWorthIt || attempts.areOver) throw readError(this.#server, error);
    const ending = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]);
    await attempts.next(ending);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#appends);
    this.#closing.abort(); // which ends every call; the client's own way waits for some for ever
  }

  #assertOpen(): void {
    if (this.#closed !== null && this.#closing.signal.aborted) throw closed(this.#server);
  }
}

/** A server that ended a subscription without an error. */
class LostSubscription extends Error {
  override readonly message = 'the subscription has ended';
}

/** How often something failed since it last succeeded. */
class Attempts {
  #failed = 0;

  succeeded(): void {
    this.#failed = 0;
  }

  get areOver(): boolean {
    return this.#failed >= TRIES_MAX;
  }

  async next(signal: AbortSignal): Promise<void> {
    const waitMs = Math.min(BACKOFF_MIN_MS * 2 ** this.#failed, BACKOFF_MAX_MS);
    this.#failed += 1;
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

function closed(server: string): StoreError {
  return new StoreError('unavailable', `The event store at ${server} is closed.`);
}

function versionOf(revision: unknown): number {
  return typeof revision === 'bigint' ? Number(revision) + 1 : 0;
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
