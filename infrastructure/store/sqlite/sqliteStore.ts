import { Worker } from 'node:worker_threads';
import {
  StoreError,
  type Appended,
  type Conflict,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  type StoreErrorKind,
} from '../../../domain/engine/eventStore.ts';
import type {
  Answer,
  Request,
  WireAppend,
  WireOutcome,
  WireRow,
  WorkerOptions,
} from './sqliteWorker.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './sqliteWorker.ts' : './sqliteWorker.js';
/** Events that are read at once: a long stream is never in memory whole. */
const PAGE = 256;

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};
type PendingAppend = WireAppend & {
  readonly resolve: (outcome: Appended | Conflict) => void;
  readonly reject: (error: Error) => void;
};
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/** SQLite's primary result codes that say something to people. */
const KINDS: ReadonlyMap<number, StoreErrorKind> = new Map([
  [-1, 'too-new'],
  [5, 'in-use'],
  [6, 'in-use'],
  [11, 'damaged'],
  [13, 'full'],
  [26, 'damaged'],
]);

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
 * A store in one SQLite file. All disk work is done in a worker thread; appends that arrive while one
 * is being written go into the next transaction together.
 */
class SqliteStore implements EventStore {
  readonly opened: Promise<unknown>;
  readonly #file: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #followers = new Set<() => void>();
  #group: PendingAppend[] = [];
  #isAppending = false;
  #next = 1;

  constructor(options: WorkerOptions) {
    this.#file = options.file;
    this.#worker = new Worker(new URL(OWN_FILE, import.meta.url), { workerData: options });
    this.opened = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject });
    });
    this.#worker.on('message', (answer: Answer) => {
      this.#settle(answer);
    });
    this.#worker.on('error', (error) => {
      this.#failAll(error instanceof Error ? error.message : String(error));
    });
  }

  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    if (events.length === 0) throw new Error('an append has at least one event');
    return new Promise((resolve, reject) => {
      this.#group.push({ stream, expectedVersion, events, resolve, reject });
      if (!this.#isAppending) void this.#appendGroups();
    });
  }

  async #appendGroups(): Promise<void> {
    this.#isAppending = true;
    while (this.#group.length > 0) {
      const group = this.#group;
      this.#group = [];
      const appends = group.map(({ stream, expectedVersion, events }) => ({
        stream,
        expectedVersion,
        events,
      }));
      try {
        const outcomes = (await this.#ask({ kind: 'append', appends })) as readonly WireOutcome[];
        outcomes.forEach((outcome, i) => group[i]?.resolve(outcome));
        for (const wake of this.#followers) wake();
      } catch (error) {
        for (const { reject } of group) reject(error as Error);
      }
    }
    this.#isAppending = false;
  }

  async *read(
    stream: string,
    fromVersion = 1,
    toVersion = Number.MAX_SAFE_INTEGER,
  ): AsyncGenerator<RecordedEvent> {
    let from = fromVersion;
    for (;;) {
      const page = { kind: 'read', stream, from, to: toVersion, limit: PAGE } as const;
      const rows = (await this.#ask(page)) as readonly WireRow[];
      for (const row of rows) yield recorded(row);
      if (rows.length < PAGE) return;
      from += rows.length;
    }
  }

  async last(stream: string): Promise<RecordedEvent | null> {
    const row = (await this.#ask({ kind: 'last', stream })) as WireRow | null;
    return row === null ? null : recorded(row);
  }

  async *follow(afterPosition: string | null, signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    let position = afterPosition === null ? 0 : Number(afterPosition);
    while (!signal.aborted) {
      const appended = this.#appended(signal);
      const page = { kind: 'after', position, limit: PAGE } as const;
      const rows = (await this.#ask(page)) as readonly WireRow[];
      for (const row of rows) {
        if (isAborted(signal)) break;
        position = row.position;
        yield recorded(row);
      }
      if (rows.length < PAGE) await appended.promise;
      appended.cancel();
    }
  }

  /** Resolves at the next append, or when the signal aborts. */
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
    for (;;) {
      const page = { kind: 'streams', prefix, after, limit: PAGE } as const;
      const rows = (await this.#ask(page)) as readonly { readonly name: string }[];
      for (const { name } of rows) yield name;
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.name ?? '';
    }
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    await this.#worker.terminate();
  }

  #ask(asked: Asked): Promise<unknown> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...asked, id });
    });
  }

  #settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(this.#translate(error.code, error.message));
    if (id === 0 && error !== undefined) void this.#worker.terminate();
  }

  #translate(code: number, message: string): StoreError {
    const kind = KINDS.get(code < 0 ? code : code & 0xff) ?? 'unavailable';
    if (kind === 'too-new') return new StoreError(kind, message);
    const why: Readonly<Record<string, string>> = {
      'in-use': 'is in use by another engine',
      damaged: 'is damaged',
      full: 'cannot grow: the disk is full',
    };
    return new StoreError(kind, `${this.#file} ${why[kind] ?? `cannot be used (${message})`}.`);
  }

  #failAll(message: string): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new StoreError('unknown-outcome', `The thread of ${this.#file} ended: ${message}.`));
    }
    this.#waiting.clear();
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function recorded({ position, ...row }: WireRow): RecordedEvent {
  return { ...row, position: String(position) };
}
