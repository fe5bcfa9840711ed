import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { OPENED, type Answer, type Question } from '../askedThread.ts';

/** What the thread can be asked; it answers with octets or null. */
export type CacheAsked =
  | { readonly kind: 'get' | 'delete'; readonly key: string }
  | { readonly kind: 'put'; readonly key: string; readonly octets: Uint8Array }
  | { readonly kind: 'close' };

/** What the thread is started with. */
export type CacheOptions = { readonly file: string; readonly octetsMax: number };

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS blob (
    age INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, crc INTEGER NOT NULL, octets BLOB NOT NULL
  ) STRICT;`;
/** Tells our files from others: SQLite's application_id, and the shape of the table. */
const OWN_ID = 0x53746d61;
const SHAPE = 1;
/** SQLITE_ERROR (tables of another shape), SQLITE_CORRUPT and SQLITE_NOTADB. */
const UNREADABLE: ReadonlySet<number> = new Set([1, 11, 26]);

class CacheDatabase {
  readonly #db: DatabaseSync;
  readonly #octetsMax: number;
  readonly #find: StatementSync;
  readonly #keep: StatementSync;
  readonly #drop: StatementSync;
  readonly #dropOldest: StatementSync;
  #octets: number;

  constructor({ file, octetsMax }: CacheOptions) {
    this.#db = new DatabaseSync(file);
    this.#octetsMax = octetsMax;
    try {
      prepareFile(this.#db);
      this.#find = this.#db.prepare('SELECT crc, octets FROM blob WHERE key = ?');
      this.#keep = this.#db.prepare('INSERT INTO blob (key, crc, octets) VALUES (?, ?, ?)');
      this.#drop = this.#db.prepare('DELETE FROM blob WHERE key = ? RETURNING length(octets) AS n');
      this.#dropOldest = this.#db.prepare(
        'DELETE FROM blob WHERE age = (SELECT min(age) FROM blob) RETURNING length(octets) AS n',
      );
      const held = this.#db.prepare('SELECT total(length(octets)) AS n FROM blob').get();
      this.#octets = Number(held?.['n']);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  get(key: string): Uint8Array | null {
    const row = this.#find.get(key) as { crc: number; octets: Uint8Array } | undefined;
    return row === undefined || row.crc !== crc32(row.octets) ? null : row.octets;
  }

  put(key: string, octets: Uint8Array): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.delete(key);
      this.#keep.run(key, crc32(octets), octets);
      this.#octets += octets.length;
      while (this.#octets > this.#octetsMax) this.#octets -= sizeOf(this.#dropOldest.get());
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  delete(key: string): void {
    this.#octets -= sizeOf(this.#drop.get(key));
  }

  close(): void {
    this.#db.close();
  }
}

/** A lost put is no loss: the file need not be synced, only be whole. */
function prepareFile(db: DatabaseSync): void {
  db.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL',
  );
  const read = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name];
  const isNew = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0;
  const isOwn = read('application_id') === OWN_ID && read('user_version') === SHAPE;
  if (!isNew && !isOwn)
    throw Object.assign(new Error('a file of another program'), { errcode: 26 });
  db.exec(`PRAGMA application_id = ${OWN_ID}; PRAGMA user_version = ${SHAPE}; ${SCHEMA}`);
}

function sizeOf(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(row?.['n'] ?? 0);
}

const options = workerData as CacheOptions;

/** What cannot be read is thrown away; where nothing can be kept, nothing is kept. */
function open(): CacheDatabase | null {
  for (const isFirst of [true, false]) {
    try {
      return new CacheDatabase(options);
    } catch (error) {
      if (!isFirst || !isUnreadable(error)) return null;
      discardFile();
    }
  }
  return null;
}

function discardFile(): void {
  try {
    for (const suffix of ['', '-wal', '-shm']) rmSync(options.file + suffix, { force: true });
  } catch {
    // a file that cannot be removed is not used
  }
}

function isUnreadable(error: unknown): boolean {
  const { errcode = 0 } = error as { readonly errcode?: number };
  return UNREADABLE.has(errcode & 0xff);
}

let cache = open();

function work(asked: CacheAsked): Uint8Array | null {
  switch (asked.kind) {
    case 'get':
      return cache?.get(asked.key) ?? null;
    case 'put':
      cache?.put(asked.key, asked.octets);
      return null;
    case 'delete':
      cache?.delete(asked.key);
      return null;
    case 'close':
      cache?.close();
      cache = null;
      return null;
  }
}

parentPort?.on('message', ({ id, asked }: Question<CacheAsked>) => {
  let value: Uint8Array | null = null;
  try {
    value = work(asked);
  } catch (error) {
    if (isUnreadable(error)) {
      cache?.close();
      discardFile();
      cache = open();
    }
  }
  parentPort?.postMessage({ id, value } satisfies Answer);
});
parentPort?.postMessage({ id: OPENED } satisfies Answer);
