import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** An event as it crosses to the worker. */
export type WireEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/** A row as it comes back. */
export type WireRow = WireEvent & {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
};

/** What the worker is asked. */
export type Request =
  | { readonly kind: 'append'; readonly id: number; readonly appends: readonly WireAppend[] }
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly stream: string;
      readonly from: number;
      readonly to: number;
      readonly limit: number;
    }
  | { readonly kind: 'last'; readonly id: number; readonly stream: string }
  | {
      readonly kind: 'after';
      readonly id: number;
      readonly position: number;
      readonly limit: number;
    }
  | {
      readonly kind: 'streams';
      readonly id: number;
      readonly prefix: string;
      readonly after: string;
      readonly limit: number;
    }
  | { readonly kind: 'close'; readonly id: number };

/** One append of a group. */
export type WireAppend = {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly WireEvent[];
};

/** What became of one append. */
export type WireOutcome = { readonly kind: 'appended' | 'conflict'; readonly version: number };

/** What the worker answers; `error` is SQLite's extended result code and its text. */
export type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
};

/** What the worker is started with. */
export type WorkerOptions = { readonly file: string; readonly isReadOnly: boolean };

const FORMAT = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (format INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL
  );
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_version ON events (stream, version);
`;

class Database {
  readonly #db: DatabaseSync;
  readonly #statements: Readonly<Record<string, StatementSync>>;

  constructor({ file, isReadOnly }: WorkerOptions) {
    this.#db = new DatabaseSync(file, { readOnly: isReadOnly });
    this.#db.exec('PRAGMA busy_timeout = 1000');
    if (!isReadOnly) this.#prepareFile();
    const format = this.#db.prepare('SELECT format FROM meta').get()?.['format'];
    if (typeof format === 'number' && format > FORMAT) throw new TooNew(file);
    const columns =
      'streams.name AS stream, events.version, position, events.id, type, data, metadata';
    const from = `SELECT ${columns} FROM events JOIN streams ON streams.id = events.stream`;
    const prepare = (sql: string): StatementSync => this.#db.prepare(sql);
    this.#statements = {
      read: prepare(`${from} WHERE streams.name = ? AND events.version BETWEEN ? AND ?
        ORDER BY events.version LIMIT ?`),
      last: prepare(`${from} WHERE streams.name = ? ORDER BY events.version DESC LIMIT 1`),
      after: prepare(`${from} WHERE position > ? ORDER BY position LIMIT ?`),
      streams: prepare(
        `SELECT name FROM streams WHERE name > ? AND substr(name, 1, length(?)) = ?
          ORDER BY name LIMIT ?`,
      ),
      stream: prepare('SELECT id, version FROM streams WHERE name = ?'),
      ...(isReadOnly ? {} : writers(prepare)),
    };
  }

  #prepareFile(): void {
    this.#db.exec('PRAGMA locking_mode = EXCLUSIVE');
    this.#db.exec('PRAGMA journal_mode = WAL');
    this.#db.exec('PRAGMA synchronous = FULL');
    this.#db.exec('BEGIN IMMEDIATE');
    this.#db.exec(SCHEMA);
    const format = this.#db.prepare('SELECT format FROM meta').get();
    if (format === undefined) this.#db.prepare('INSERT INTO meta VALUES (?)').run(FORMAT);
    this.#db.exec('COMMIT');
  }

  statement(name: string): StatementSync {
    const statement = this.#statements[name];
    if (statement === undefined) throw new Error(`no statement ${name}`);
    return statement;
  }

  /** All appends of a group in one transaction: one sync of the disk for all of them. */
  append(appends: readonly WireAppend[]): readonly WireOutcome[] {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const outcomes = appends.map((append) => this.#appendOne(append));
      this.#db.exec('COMMIT');
      return outcomes;
    } catch (error) {
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself
      }
      throw error;
    }
  }

  #appendOne({ stream, expectedVersion, events }: WireAppend): WireOutcome {
    const row = this.statement('stream').get(stream);
    const version = Number(row?.['version'] ?? 0);
    const after = expectedVersion + events.length;
    if (version !== expectedVersion) {
      const isThere =
        version >= after && this.#isAppended(Number(row?.['id']), expectedVersion, events);
      return isThere ? { kind: 'appended', version: after } : { kind: 'conflict', version };
    }
    const id =
      row === undefined
        ? Number(this.statement('addStream').run(stream, after).lastInsertRowid)
        : Number(row['id']);
    if (row !== undefined) this.statement('moveStream').run(after, id);
    events.forEach((event, i) => {
      const { id: eventId, type, data, metadata } = event;
      this.statement('addEvent').run(id, version + i + 1, eventId, type, data, metadata);
    });
    return { kind: 'appended', version: after };
  }

  #isAppended(stream: number, expectedVersion: number, events: readonly WireEvent[]): boolean {
    return events.every(({ id }, i) => {
      const row = this.statement('idAt').get(stream, expectedVersion + i + 1);
      return row?.['id'] === id;
    });
  }

  close(): void {
    this.#db.close();
  }
}

function writers(prepare: (sql: string) => StatementSync): Readonly<Record<string, StatementSync>> {
  return {
    addStream: prepare('INSERT INTO streams (name, version) VALUES (?, ?)'),
    moveStream: prepare('UPDATE streams SET version = ? WHERE id = ?'),
    addEvent: prepare(
      'INSERT INTO events (stream, version, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    idAt: prepare('SELECT id FROM events WHERE stream = ? AND version = ?'),
  };
}

class TooNew extends Error {
  readonly errcode = -1;

  constructor(file: string) {
    super(`${file} was written by a later version of Stemma.`);
  }
}

function work(database: Database, request: Request): unknown {
  switch (request.kind) {
    case 'append':
      return database.append(request.appends);
    case 'read': {
      const { stream, from, to, limit } = request;
      return database.statement('read').all(stream, from, to, limit);
    }
    case 'last':
      return database.statement('last').get(request.stream) ?? null;
    case 'after':
      return database.statement('after').all(request.position, request.limit);
    case 'streams': {
      const { prefix, after, limit } = request;
      return database.statement('streams').all(after, prefix, prefix, limit);
    }
    case 'close':
      database.close();
      return null;
  }
}

function failure(id: number, error: unknown): Answer {
  const { errcode, message } = error as { readonly errcode?: number; readonly message: string };
  return { id, error: { code: errcode ?? 0, message } };
}

let database: Database | null = null;
try {
  database = new Database(workerData as WorkerOptions);
  parentPort?.postMessage({ id: 0 } satisfies Answer);
} catch (error) {
  parentPort?.postMessage(failure(0, error));
}

parentPort?.on('message', (request: Request) => {
  try {
    if (database === null) throw new Error('the database is not open');
    parentPort?.postMessage({ id: request.id, value: work(database, request) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage(failure(request.id, error));
  }
});
