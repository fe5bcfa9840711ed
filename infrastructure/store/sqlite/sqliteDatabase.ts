import { accessSync, constants } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import {
  FOREIGN,
  TOO_NEW,
  type WireAppend,
  type WireEvent,
  type WireOutcome,
  type WirePage,
  type WireRow,
  type WorkerOptions,
} from './wire.ts';

const FORMAT = 1;
/** A page of events ends with whichever comes first: a long stream is never in memory whole. */
const PAGE_ROWS_MAX = 256;
const PAGE_CHARACTERS_MAX = 1_000_000;
const BUSY_TIMEOUT_MS = 1000;
/**
 * After so many pages of 4 KiB the log is copied into the file, within the append that got there:
 * about 2 ms, where SQLite's own 1000 take 8 ms. (Fewer cost throughput: a sync each time.)
 */
const CHECKPOINT_PAGES = 256;
/** `PRAGMA synchronous`, as a number. */
const FULL = 2;

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

/** Events in one SQLite file, for the one thread that holds it. Throws SQLite's errors. */
export class SqliteDatabase {
  readonly #db: DatabaseSync;
  readonly #isReadOnly: boolean;
  readonly #statements: Readonly<Record<string, StatementSync>>;

  constructor({ file, isReadOnly }: WorkerOptions) {
    this.#isReadOnly = isReadOnly;
    if (!isReadOnly) assertWritable(file);
    this.#db = new DatabaseSync(file, { readOnly: isReadOnly });
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      // From here to the end no other process gets at the file.
      if (!isReadOnly) this.#db.exec('PRAGMA locking_mode = EXCLUSIVE');
      this.#checkFormat(file);
      if (!isReadOnly) this.#makeDurable(file);
      if (!isReadOnly) this.#prepareFile();
      this.#statements = statements((sql) => this.#db.prepare(sql), isReadOnly);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Before anything is written: what a later version or another program wrote stays as it is. */
  #checkFormat(file: string): void {
    const tables = this.#db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    if (tables.length === 0) return;
    if (!tables.some(({ name }) => name === 'meta')) throw new Foreign(file);
    const format = this.#db.prepare('SELECT format FROM meta').get()?.['format'];
    if (typeof format === 'number' && format > FORMAT) throw new TooNew(file);
  }

  /**
   * A commit syncs the log. Little is copied from it at a time, so that no append waits for long.
   */
  #makeDurable(file: string): void {
    this.#db.exec('PRAGMA journal_mode = WAL');
    this.#db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
    this.#db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    const { journal_mode: mode, synchronous } = this.settings();
    if (mode !== 'wal' || synchronous !== FULL) {
      throw new Error(`${file} lies where nothing can be made durable`);
    }
  }

  /** What SQLite says of how it keeps this file. */
  settings(): Readonly<Record<string, unknown>> {
    const names = ['journal_mode', 'synchronous', 'locking_mode', 'wal_autocheckpoint'];
    return Object.fromEntries(
      names.map((name) => [name, Object.values(this.#db.prepare(`PRAGMA ${name}`).get() ?? {})[0]]),
    );
  }

  #prepareFile(): void {
    this.#db.exec('BEGIN IMMEDIATE');
    this.#db.exec(SCHEMA);
    const format = this.#db.prepare('SELECT format FROM meta').get();
    if (format === undefined) this.#db.prepare('INSERT INTO meta VALUES (?)').run(FORMAT);
    this.#db.exec('COMMIT');
  }

  /** All appends of a group in one transaction: one sync of the disk for all of them. */
  append(appends: readonly WireAppend[]): readonly WireOutcome[] {
    if (this.#isReadOnly) throw new ReadOnly();
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
    const row = this.#statement('stream').get(stream);
    const version = Number(row?.['version'] ?? 0);
    const after = expectedVersion + events.length;
    if (version !== expectedVersion) {
      const isThere =
        version >= after && this.#isAppended(Number(row?.['id']), expectedVersion, events);
      return isThere
        ? { kind: 'appended', version: after, position: null }
        : { kind: 'conflict', version, position: null };
    }
    const id =
      row === undefined
        ? Number(this.#statement('addStream').run(stream, after).lastInsertRowid)
        : Number(row['id']);
    if (row !== undefined) this.#statement('moveStream').run(after, id);
    let position = 0;
    events.forEach((event, i) => {
      const { id: eventId, type, data, metadata } = event;
      const values = [id, version + i + 1, eventId, type, data, metadata];
      position = Number(this.#statement('addEvent').run(...values).lastInsertRowid);
    });
    return { kind: 'appended', version: after, position };
  }

  #isAppended(stream: number, expectedVersion: number, events: readonly WireEvent[]): boolean {
    return events.every(({ id }, i) => {
      const row = this.#statement('idAt').get(stream, expectedVersion + i + 1);
      return row?.['id'] === id;
    });
  }

  read(stream: string, from: number, to: number): WirePage<WireRow> {
    return pageOf(this.#statement('read').iterate(stream, from, to));
  }

  last(stream: string): WireRow | null {
    const row = this.#statement('last').get(stream);
    return row === undefined ? null : checked(row);
  }

  after(position: number): WirePage<WireRow> {
    return pageOf(this.#statement('after').iterate(position));
  }

  streams(prefix: string, after: string): WirePage<{ readonly name: string }> {
    const rows = this.#statement('streams').all(after, prefix, prefix, PAGE_ROWS_MAX);
    return { rows: rows as { name: string }[], isLast: rows.length < PAGE_ROWS_MAX };
  }

  close(): void {
    this.#db.close();
  }

  #statement(name: string): StatementSync {
    const statement = this.#statements[name];
    if (statement === undefined) throw new Error(`no statement ${name}`);
    return statement;
  }
}

function statements(
  prepare: (sql: string) => StatementSync,
  isReadOnly: boolean,
): Readonly<Record<string, StatementSync>> {
  const columns =
    'streams.name AS stream, events.version, position, events.id, type, data, metadata';
  const from = `SELECT ${columns} FROM events JOIN streams ON streams.id = events.stream`;
  const readers = {
    read: prepare(`${from} WHERE streams.name = ? AND events.version BETWEEN ? AND ?
      ORDER BY events.version`),
    last: prepare(`${from} WHERE streams.name = ? ORDER BY events.version DESC LIMIT 1`),
    after: prepare(`${from} WHERE position > ? ORDER BY position`),
    streams: prepare(`SELECT name FROM streams WHERE name > ? AND substr(name, 1, length(?)) = ?
      ORDER BY name LIMIT ?`),
  };
  if (isReadOnly) return readers;
  return {
    ...readers,
    stream: prepare('SELECT id, version FROM streams WHERE name = ?'),
    addStream: prepare('INSERT INTO streams (name, version) VALUES (?, ?)'),
    moveStream: prepare('UPDATE streams SET version = ? WHERE id = ?'),
    addEvent: prepare(
      'INSERT INTO events (stream, version, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    idAt: prepare('SELECT id FROM events WHERE stream = ? AND version = ?'),
  };
}

function pageOf(found: Iterable<unknown>): WirePage<WireRow> {
  const rows: WireRow[] = [];
  let characters = 0;
  for (const each of found) {
    const row = checked(each);
    rows.push(row);
    characters += row.data.length + row.metadata.length;
    if (rows.length === PAGE_ROWS_MAX || characters >= PAGE_CHARACTERS_MAX) {
      return { rows, isLast: false };
    }
  }
  return { rows, isLast: true };
}

/** SQLite would open the file all the same, and fail later. */
function assertWritable(file: string): void {
  try {
    accessSync(file, constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new ReadOnly();
  }
}

class ReadOnly extends Error {
  readonly errcode = 8;
}

/** SQLite does not look at what a damaged page makes of a column. */
function checked(row: unknown): WireRow {
  const { stream, version, position, id, type, data, metadata } = row as Record<string, unknown>;
  const areTexts = [stream, id, type, data, metadata].every((text) => typeof text === 'string');
  const areNumbers = [version, position].every((count) => Number.isSafeInteger(count));
  if (!areTexts || !areNumbers) throw new Damaged();
  return row as WireRow;
}

class Damaged extends Error {
  readonly errcode = 11;
}

class TooNew extends Error {
  readonly errcode = TOO_NEW;

  constructor(file: string) {
    super(`${file} was written by a later version of Stemma.`);
  }
}

class Foreign extends Error {
  readonly errcode = FOREIGN;

  constructor(file: string) {
    super(`${file} is a database of another program.`);
  }
}
