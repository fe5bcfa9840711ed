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
import { RecentEvents } from './recentEvents.ts';
import { sqliteError } from './sqliteErrors.ts';
import type {
  Answer,
  Asked,
  Request,
  WireAppend,
  WireOutcome,
  WirePage,
  WireRow,
  WorkerOptions,
} from './wire.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './sqliteWorker.ts' : './sqliteWorker.js';
/** How long an append may wait for its followers. */
const FOLLOW_DELAY_MS = 4;

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Whether the thread was asked to write. */
  readonly isAppend: boolean;
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
 * A store in one SQLite file. All disk work is done in a worker thread; appends that reach it while
 * it writes go into the next transaction together.
 */
class SqliteStore implements EventStore {
  readonly opened: Promise<unknown>;
  readonly #file: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #followers = new Set<() => void>();
  readonly #recent = new RecentEvents();
  /** What is asked while the thread is at work goes to it in one message a turn. */
  #outbox: Request[] = [];
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
    this.#worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) this.#settle(answer);
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
    const append = { stream, expectedVersion, events: copies };
    const answer = await this.#post({ kind: 'append', ...append });
    const { kind, version, position } = answer as WireOutcome;
    if (position !== null) this.#recent.push(recordedNow(append, position));
    this.#wakeSoon();
    return { kind, version };
  }

  /** Followers go on a little later, all at once: a guest's next command does not wait for them. */
  #wakeSoon(): void {
    this.#waking ??= setTimeout(() => {
      this.#waking = null;
      for (const wake of this.#followers) wake();
    }, FOLLOW_DELAY_MS);
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
      const appended = this.#nextAppend(signal);
      try {
        const { events, isLast } = await this.#after(position);
        for (const event of events) {
          if (isAborted(signal)) return;
          position = Number(event.position);
          yield event;
        }
        if (this.#closed !== null) throw this.#refusal();
        if (isLast) await appended.promise;
      } finally {
        appended.cancel();
      }
    }
  }

  /** What is after a position: from memory, or the next page of it from the disk. */
  async #after(position: number): Promise<Page> {
    if (this.#closed !== null) throw this.#refusal();
    const recent = this.#recent.after(position);
    if (recent !== null) return { events: recent, isLast: true };
    const { rows, isLast } = (await this.#ask({ kind: 'after', position })) as Rows;
    return { events: rows.map(recorded), isLast };
  }

  /** Resolves at the next append, at the end of the store, or when the signal aborts. */
  #nextAppend(signal: AbortSignal): {
    readonly promise: Promise<void>;
    readonly cancel: () => void;
  } {
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
    if (this.#waking !== null) clearTimeout(this.#waking);
    const closing = this.#post({ kind: 'close' });
    for (const wake of this.#followers) wake();
    await closing.catch(() => undefined); // a thread that has failed holds nothing any more
    await this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<unknown> {
    return this.#closed === null ? this.#post(asked) : Promise.reject(this.#refusal());
  }

  #post(asked: Asked): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(new StoreError('unavailable', this.#ended));
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, isAppend: asked.kind === 'append' });
      this.#outbox.push({ ...asked, id });
      if (this.#waiting.size === 1) this.#send();
      else if (this.#outbox.length === 1) process.nextTick(() => this.#send());
    });
  }

  #send(): void {
    if (this.#outbox.length === 0) return;
    this.#worker.postMessage(this.#outbox);
    this.#outbox = [];
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
type Page = { readonly events: readonly RecordedEvent[]; readonly isLast: boolean };
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

/** The events of an append that has just been written; the last of them stands at `position`. */
function recordedNow(
  { stream, expectedVersion, events }: WireAppend,
  position: number,
): readonly RecordedEvent[] {
  const before = position - events.length;
  return events.map((event, i) => ({
    ...event,
    stream,
    version: expectedVersion + i + 1,
    position: String(before + i + 1),
  }));
}
