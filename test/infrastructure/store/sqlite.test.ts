import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError, type EventStore } from '../../../domain/engine/eventStore.ts';
import { SqliteDatabase } from '../../../infrastructure/store/sqlite/sqliteDatabase.ts';
import { sqliteError } from '../../../infrastructure/store/sqlite/sqliteErrors.ts';
import { openSqliteStore } from '../../../infrastructure/store/sqlite/sqliteStore.ts';
import { hasStock } from '../../support/stock.ts';
import { all, firstOf, idsOf, newEvent, newEvents } from '../../support/events.ts';

const PROGRAM = fileURLToPath(new URL('../../support/storeProgram.ts', import.meta.url));
const PAGE_OCTETS = 4096;
const SENTENCE = /^[^\n]+\.$/;

describe('a store in an SQLite file', () => {
  let folder: string;
  let file: string;
  const running = new Set<ChildProcess>();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stemma-'));
    file = join(folder, 'events.db');
  });
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
    rmSync(folder, { recursive: true });
  });

  async function using<T>(work: (store: EventStore) => Promise<T>, readOnly = false): Promise<T> {
    const store = await openSqliteStore(file, { readOnly });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  /** Starts the program that appends to the file, in a shell that may limit it first. */
  function start(limit = ':', options: { readonly uid?: number } = {}) {
    const command = `${limit}; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', command, process.execPath, PROGRAM, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...options,
    });
    running.add(child);
    return { child, lines: createInterface(child.stdout) };
  }

  async function lineOf(lines: Interface, isWanted: (line: string) => boolean): Promise<string> {
    for await (const line of lines) if (isWanted(line)) return line;
    throw new Error('the program has ended');
  }

  test('is synced at every commit, and alone in its file', () => {
    const database = new SqliteDatabase({ file, isReadOnly: false });
    expect(database.settings()).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      locking_mode: 'exclusive',
      wal_autocheckpoint: 256,
    });
    database.close();
  });

  test('writes what comes at once in one commit', async () => {
    await using(async (store) => {
      await store.append('first', 0, newEvents(1));
      const before = commitsOf(`${file}-wal`);
      const appends = Array.from({ length: 100 }, (_, i) =>
        store.append(`s-${i}`, 0, newEvents(1)),
      );
      expect(await Promise.all(appends)).toHaveLength(100);
      expect(commitsOf(`${file}-wal`) - before).toBeLessThanOrEqual(2);
    });
  });

  const canLimit = hasStock('prlimit');

  test.runIf(canLimit)(
    'an append without room is refused, and goes on when there is room',
    async () => {
      const { child, lines } = start('ulimit -S -f 2000');
      const acknowledged: number[] = [];
      let isFull = false;
      for await (const line of lines) {
        const version = Number(/^appended (\d+)$/.exec(line)?.[1]);
        if (Number.isNaN(version)) expect(line).toMatch(/^(opened|unavailable|full)$/);
        else acknowledged.push(version);
        if (!isFull && /unavailable|full/.test(line)) {
          isFull = true;
          execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
        } else if (isFull && acknowledged.length > 300) break;
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(isFull).toBe(true);
      expect(acknowledged).toEqual(acknowledged.map((_, i) => i + 1));
      const stored = await using((store) => all(store.read('busy')));
      expect(stored.length).toBeGreaterThanOrEqual(acknowledged.length);
      expect(new Set(idsOf(stored)).size).toBe(stored.length);
    },
  );

  test('a full disk, a disk that does not sync and a file that is busy are told apart', () => {
    const kinds = [13, 1034, 778, 5, 11, 26].map((code) => sqliteError(file, code, 'text'));
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'full',
      'unknown-outcome',
      'unavailable',
      'in-use',
      'damaged',
      'damaged',
    ]);
    for (const { message } of kinds) expect(message).toMatch(SENTENCE);
  });

  test('is refused while another engine has it', async () => {
    const { child, lines } = start();
    await lineOf(lines, (line) => line.startsWith('appended'));
    const opening = openSqliteStore(file);
    await expect(opening).rejects.toMatchObject({ kind: 'in-use' });
    await expect(opening).rejects.toThrow(`${file} is in use by another engine.`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await using((store) => all(store.read('busy')))).not.toEqual([]);
  });

  test('that is opened to be read is not written', async () => {
    await using((store) => store.append('s', 0, newEvents(3)));
    await using(async (store) => {
      expect(await all(store.read('s'))).toHaveLength(3);
      const appended = store.append('s', 3, newEvents(1));
      await expect(appended).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(appended).rejects.toThrow(`${file} cannot be written to.`);
      expect((await store.last('s'))?.version).toBe(3);
    }, true);
    await expect(
      openSqliteStore(join(folder, 'none.db'), { readOnly: true }),
    ).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(SENTENCE) as string,
    });
  });

  test('that may not be written is refused in one sentence', async () => {
    await using((store) => store.append('s', 0, newEvents(3)));
    chmodSync(file, 0o444);
    chmodSync(folder, 0o555);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(folder, NOBODY, NOBODY);
    const { lines } = start(':', isRoot ? { uid: NOBODY } : {});
    const line = await lineOf(lines, () => true);
    expect(line).toMatch(/events\.db cannot be (opened|written to)\.$/);
    chmodSync(folder, 0o755);
  });

  test('in a folder that is not there is refused in one sentence', async () => {
    const opening = openSqliteStore(join(folder, 'none', 'events.db'));
    await expect(opening).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(opening).rejects.toThrow(/none\/events\.db cannot be opened\.$/);
  });

  test('of a later version is refused and left as it is', async () => {
    await using((store) => store.append('s', 0, newEvents(3)));
    change(file, 'UPDATE meta SET format = 2');
    const before = readFileSync(file);
    await expect(openSqliteStore(file)).rejects.toMatchObject({
      kind: 'too-new',
      message: `${file} was written by a later version of Stemma.`,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('of another program is refused and left as it is', async () => {
    change(file, 'CREATE TABLE other (a); INSERT INTO other VALUES (1)');
    const before = readFileSync(file);
    await expect(openSqliteStore(file)).rejects.toThrow(
      `${file} is a database of another program.`,
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  describe('that is damaged', () => {
    const events = Array.from({ length: 60 }, (_, i) =>
      newEvent(i, { data: JSON.stringify(`${i}`.repeat(300)) }),
    );

    beforeEach(() =>
      using(async (store) => {
        for (let version = 0; version < 60; version += 10) {
          await store.append('s', version, events.slice(version, version + 10));
          await store.append(`t-${version}`, 0, newEvents(1));
        }
      }),
    );

    /** What becomes of every way to use the store: an error, or nothing out of order. */
    async function outcomes(): Promise<readonly unknown[]> {
      const errors: unknown[] = [];
      const tried = async (work: () => Promise<unknown>): Promise<void> => {
        await work().catch((error: unknown) => errors.push(error));
      };
      await tried(() =>
        using(async (store) => {
          await tried(async () => {
            const versions = (await all(store.read('s'))).map(({ version }) => version);
            expect(versions).toEqual([...versions].sort((a, b) => a - b));
          });
          await tried(() => all(store.streams()));
          await tried(() => firstOf(store, null, 1, ''));
          await tried(() => store.last('s'));
          await tried(() => store.append('new', 0, newEvents(1)));
          await tried(() => store.append('s', 60, newEvents(1)));
        }),
      );
      return errors;
    }

    test('says so in one sentence wherever octets were changed', async () => {
      const whole = readFileSync(file);
      let found = 0;
      for (let page = 0; page < whole.length / PAGE_OCTETS; page += 1) {
        for (const offset of [0, 2000]) {
          const damaged = Buffer.from(whole);
          for (let i = 0; i < 64; i += 1) damaged[page * PAGE_OCTETS + offset + i]! ^= 0xa5;
          writeFileSync(file, damaged);
          rmSync(`${file}-wal`, { force: true });
          for (const error of await outcomes()) {
            expect(error).toBeInstanceOf(StoreError);
            expect(error).toMatchObject({ kind: 'damaged' });
            expect((error as Error).message).toMatch(SENTENCE);
            found += 1;
          }
        }
      }
      expect(found).toBeGreaterThan(20);
    });

    test('says so in one sentence when it was cut', async () => {
      copyFileSync(file, `${file}.whole`);
      for (const size of [100, PAGE_OCTETS, 3 * PAGE_OCTETS + 17, 6 * PAGE_OCTETS]) {
        copyFileSync(`${file}.whole`, file);
        truncateSync(file, size);
        const errors = await outcomes();
        expect(errors).not.toEqual([]);
        for (const error of errors) {
          expect(error).toMatchObject({ kind: 'damaged' });
          expect((error as Error).message).toMatch(SENTENCE);
        }
      }
    });
  });
});

/** A user without rights. */
const NOBODY = 65_534;

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/**
 * How many commits stand in a write-ahead log: each ends with a frame that tells the file's size.
 */
function commitsOf(log: string): number {
  const octets = readFileSync(log);
  let commits = 0;
  for (let at = 32; at + 24 + PAGE_OCTETS <= octets.length; at += 24 + PAGE_OCTETS) {
    if (octets.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}
