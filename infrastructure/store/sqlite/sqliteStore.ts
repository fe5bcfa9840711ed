import { Worker } from 'node:worker_threads';
import {
  StoreError,
  type Appended,
  type Conflict,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
} from '../../../domain/engine/eventStore.ts';
import { assertAppendable } from '../appendable.ts';
import { sqliteError } from './sqliteErrors.ts';
import type {
  Answer,
  Asked,
  WireAppend,
  WireOutcome,
  WirePage,
  WireRow,
  WorkerOptions,
} from './wire.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './sqliteWorker.ts' : './sqliteWorker.js';
/** One transaction takes so many octets at most, so that none holds the next ones up for long. */
const GROUP_CHARACTERS_MAX = 4_000_000;
/** How long an append may wait for its followers. */
const FOLLOW_DELAY_MS = 4;

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Whether the thread was asked to write. */
  readonly isAppend: boolean;
};
type PendingAppend = WireAppend & {
  readonly resolve: (outcome: Appended | Conflict) => void;
  readonly reject: (error: Error) => void;
};

/** Opens a store in one SQLite file; it is made when it is not there. Throws StoreError. */
export async function openSqliteStore(
  file: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<EventStore> {
  const store = new SqliteStore({ file, isReadOnly: options.readOnly ?? false });
  await store.opened;
  return store;
}

/**
 * A store in one SQLite file. All disk work is done in a worker thread; appends that arrive while
 * one is being written go into the next transaction together.
 */
class SqliteStore implements EventStore {
  readonly opened: Promise<unknown>;
  readonly #file: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #followers = new Set<() => void>();
  #group: PendingAppend[] = [];
  #appending: Promise<void> | null = null;
  #closed: Promise<void> | null = null;
  /** Why the thread cannot be asked any more. */
  #ended: string | null = null;
  #next = 1;
  #waking: NodeJS.Timeout | null = null;

  constructor(options: WorkerOptions) {
    this.#file = options.file;
    this.#worker = new Worker(new URL(OWN_FILE, import.meta.url), { workerData: options });
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject, isAppend: false });
    });
    this.#worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    this.#worker.on('error', (error) => {
      this.#end(`The thread of ${this.#file} failed: ${messageOf(error)}.`);
    });
    this.#worker.on('exit', () => {
      this.#end(`The thread of ${this.#file} has ended.`);
    });
  }

  async append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    assertAppendable(stream, expectedVersion, events);
    if (this.#closed !== null) throw this.#refusal();
    const copies = events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));
    return new Promise((resolve, reject) => {
      this.#group.push({ stream, expectedVersion, events: copies, resolve, reject });
      this.#appending ??= this.#appendGroups();
    });
  }

  async #appendGroups(): Promise<void> {
    while (this.#group.length > 0) {
      const group = this.#takeGroup();
      const appends = group.map(({ stream, expectedVersion, events }) => ({
        stream,
        expectedVersion,
        events,
      }));
      try {
        const outcomes = (await this.#ask({ kind: 'append', appends })) as readonly WireOutcome[];
        outcomes.forEach((outcome, i) => group[i]?.resolve(outcome));
        this.#wakeSoon();
      } catch (error) {
        for (const { reject } of group) reject(error as Error);
      }
    }
    this.#appending = null;
  }

  /**
   * Followers read what was appended in one go, a little later: the thread that they ask is the one
   * that a guest's next command waits for.
   */
  #wakeSoon(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = null;
      for (const wake of this.#followers) wake();
    }, FOLLOW_DELAY_MS);
  }

  #takeGroup(): readonly PendingAppend[] {
    let characters = 0;
    const beyond = this.#group.findIndex(({ events }) => {
      for (const { data, metadata } of events) characters += data.length + metadata.length;
      return characters > GROUP_CHARACTERS_MAX;
    });
    return this.#group.splice(0, beyond < 0 ? this.#group.length : Math.max(1, beyond));
  }

  async *read(
    stream: string,
    fromVersion = 1,
    toVersion = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<RecordedEvent> {
    let from = Math.max(1, fromVersion);
    for (let isLast = false; !isLast;) {
      const page = (await this.#ask({ kind: 'read', stream, from, to: toVersion })) as Rows;
      isLast = page.isLast;
      for (const row of page.rows) {
        from = row.version + 1;
        yield recorded(row);
      }
      if (this.#closed !== null) throw this.#refusal();
    }
  }

  async last(stream: string): Promise<RecordedEvent | null> {
    const row = (await this.#ask({ kind: 'last', stream })) as WireRow | null;
    return row === null ? null : recorded(row);
  }

  async *follow(afterPosition: string | null, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    let position = afterPosition === null ? 0 : Number(afterPosition);
    while (!isAborted(signal)) {
      const appended = this.#appended(signal);
      try {
        const page = (await this.#ask({ kind: 'after', position })) as Rows;
        for (const row of page.rows) {
          if (isAborted(signal)) return;
          position = row.position;
          yield recorded(row);
        }
        if (page.isLast) await appended.promise;
      } finally {
        appended.cancel();
      }
    }
  }

  /** Resolves at the next append, at the end of the store, or when the signal aborts. */
  #appended(signal: AbortSignal): { readonly promise: Promise<void>; readonly cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      resolve(undefined);
    };
    this.#followers.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    const cancel = (): void => {
      this.#followers.delete(wake);
      signal.removeEventListener('abort', wake);
    };
    return { promise, cancel };
  }

  async *streams(prefix = ''): AsyncGenerator<string> {
    let after = '';
    for (let isLast = false; !isLast;) {
      const page = (await this.#ask({ kind: 'streams', prefix, after })) as Names;
      isLast = page.isLast;
      for (const { name } of page.rows) yield name;
      after = page.rows.at(-1)?.name ?? '';
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#appending;
    if (this.#waking !== null) clearTimeout(this.#waking);
    const closing = this.#post({ kind: 'close' });
    for (const wake of this.#followers) wake();
    await closing.catch(() => undefined); // a thread that has failed holds nothing any more
    await this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<unknown> {
    const isFinishing = asked.kind === 'append'; // begun before the store was closed
    if (this.#closed !== null && !isFinishing) return Promise.reject(this.#refusal());
    return this.#post(asked);
  }

  #post(asked: Asked): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(new StoreError('unavailable', this.#ended));
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, isAppend: asked.kind === 'append' });
      this.#worker.postMessage({ ...asked, id });
    });
  }

  #settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(sqliteError(this.#file, error.code, error.message));
    if (id === 0 && error !== undefined) void this.#worker.terminate();
  }

  #end(message: string): void {
    this.#ended ??= message;
    for (const { reject, isAppend } of this.#waiting.values()) {
      reject(new StoreError(isAppend ? 'unknown-outcome' : 'unavailable', message));
    }
    this.#waiting.clear();
    for (const wake of this.#followers) wake();
  }

  #refusal(): StoreError {
    return new StoreError('unavailable', `${this.#file} is closed.`);
  }
}

type Rows = WirePage<WireRow>;
type Names = WirePage<{ readonly name: string }>;

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function recorded({ position, ...row }: WireRow): RecordedEvent {
  return { ...row, position: String(position) };
}
