import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** Why a data folder cannot be used, in one sentence. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

/** A folder that this process holds until it ends, however it ends. */
export type HeldFolder = { readonly path: string; readonly release: () => void };

const LOCK = 'engine.lock';
const TOKEN = 'token';
const TOKEN_SIZE = 32;

/** Makes the folder if it is not there (mode 0700), and holds it against other engines. */
export function holdFolder(path: string): HeldFolder {
  try {
    if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new FolderError(`The data folder ${path} cannot be made (${codeOf(error)}).`);
  }
  return { path, release: lock(path) };
}

/** True when others than the owner can look into the folder. */
export function isOpenToOthers(path: string): boolean {
  return (statSync(path).mode & 0o077) !== 0;
}

/** The lock is one of SQLite's on a file: the kernel gives it back when the process ends. */
function lock(path: string): () => void {
  const file = join(path, LOCK);
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(file);
    chmodSync(file, 0o600);
    database.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;',
    );
    const held = database;
    return () => held.close();
  } catch (error) {
    database?.close();
    const { errcode = 0 } = error as { readonly errcode?: number };
    if ((errcode & 0xff) === SQLITE_BUSY) {
      throw new FolderError(`The data folder ${path} is in use by another engine.`);
    }
    throw new FolderError(`The data folder ${path} cannot be written to.`);
  }
}

const SQLITE_BUSY = 5;

/** The bearer token of the API over TCP: made at the first start, readable by the owner only. */
export function bearerToken(folder: string): { readonly token: string; readonly file: string } {
  const file = join(folder, TOKEN);
  if (!existsSync(file)) {
    const token = randomBytes(TOKEN_SIZE).toString('base64url');
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  }
  const token = readFileSync(file, 'utf8').trim();
  if (token.length < TOKEN_SIZE) throw new FolderError(`${file} does not hold a token.`);
  return { token, file };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
