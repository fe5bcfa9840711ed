import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Checkpoint, SavedView } from '../../../projections/projection.ts';

/** The answer to a write, kept so that the same request gets it again. */
export type KeptAnswer = {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
};

/** How many answers are kept; the oldest go first. */
const ANSWERS_MAX = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS origin (id INTEGER PRIMARY KEY CHECK (id = 1), store TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1), names TEXT NOT NULL,
    position TEXT NOT NULL, stream TEXT NOT NULL, version INTEGER NOT NULL, event TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS row (
    view TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (view, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS answer (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;`;

/**
 * What can be made again: views with their checkpoint, and the answers to repeated writes. One
 * file, which belongs to one store: opened for another it begins anew, as it does when it cannot be
 * read.
 */
export class ViewDatabase {
  readonly #database: DatabaseSync;
  readonly #saveRow: StatementSync;
  readonly #findAnswer: StatementSync;
  readonly #keepAnswer: StatementSync;
  readonly #dropAnswers: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#saveRow = database.prepare(
      'INSERT INTO row VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
    );
    this.#findAnswer = database.prepare(
      'SELECT fingerprint, status, body FROM answer WHERE key = ?',
    );
    this.#keepAnswer = database.prepare(
      'INSERT OR IGNORE INTO answer (key, fingerprint, status, body) VALUES (?, ?, ?, ?)',
    );
    this.#dropAnswers = database.prepare(
      `DELETE FROM answer WHERE id <= (SELECT max(id) FROM answer) - ${ANSWERS_MAX}`,
    );
  }

  /** Opens the file; `:memory:` keeps nothing. `store` says which store the views are of. */
  static open(file: string, store: string): ViewDatabase {
    try {
      return new ViewDatabase(openDatabase(file, store));
    } catch (error) {
      if (file === ':memory:' || !isUnreadable(error)) throw error;
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      return new ViewDatabase(openDatabase(file, store));
    }
  }

  load(
    names: readonly string[],
  ): { readonly checkpoint: Checkpoint; readonly views: readonly SavedView[] } | null {
    const saved = this.#database.prepare('SELECT * FROM checkpoint').get();
    if (saved?.['names'] !== JSON.stringify(names)) return null;
    const { position, stream, version, event: id } = saved;
    const rows = this.#database.prepare('SELECT key, body FROM row WHERE view = ?');
    const views = names.map((name) => ({
      name,
      rows: rows.all(name).map(({ key, body }) => [key as string, body as string] as const),
    }));
    return { checkpoint: { position, stream, version, id } as Checkpoint, views };
  }

  save({ position, stream, version, id }: Checkpoint, views: readonly SavedView[]): void {
    const names = JSON.stringify(views.map(({ name }) => name));
    this.#atomically(() => {
      for (const { name, rows } of views) {
        for (const [key, body] of rows) this.#saveRow.run(name, key, body);
      }
      this.#database
        .prepare('INSERT OR REPLACE INTO checkpoint VALUES (1, ?, ?, ?, ?, ?)')
        .run(names, position, stream, version, id);
    });
  }

  clear(): void {
    this.#database.exec('DELETE FROM row; DELETE FROM checkpoint;');
  }

  /** The answer that was given to a write with this key, or null. */
  answer(key: string): KeptAnswer | null {
    return (this.#findAnswer.get(key) as KeptAnswer | undefined) ?? null;
  }

  /** Keeps the answer to a write; the first one stays. */
  keepAnswer(key: string, { fingerprint, status, body }: KeptAnswer): void {
    this.#keepAnswer.run(key, fingerprint, status, body);
    this.#dropAnswers.run();
  }

  close(): void {
    this.#database.close();
  }

  #atomically(work: () => void): void {
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // A full disk has ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function openDatabase(file: string, store: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec(SCHEMA);
    const origin = database.prepare('SELECT store FROM origin').get();
    if (origin?.['store'] !== store) {
      database.exec('DELETE FROM row; DELETE FROM checkpoint; DELETE FROM answer;');
      database.prepare('INSERT OR REPLACE INTO origin VALUES (1, ?)').run(store);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, and tables of another shape. */
function isUnreadable(error: unknown): boolean {
  const { errcode = 0 } = error as { readonly errcode?: number };
  return [1, 11, 26].includes(errcode & 0xff);
}
