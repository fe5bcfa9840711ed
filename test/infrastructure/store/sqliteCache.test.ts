import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobCache } from '../../../domain/engine/blobCache.ts';
import { openSqliteCache } from '../../../infrastructure/store/keyValueCache/sqliteCache.ts';

const BLOB = Uint8Array.from({ length: 9000 }, (_, i) => i & 0xff);

describe('a cache in a file', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stemma-'));
    file = join(folder, 'cache.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function using<T>(work: (cache: BlobCache) => Promise<T>, octetsMax?: number): Promise<T> {
    const cache = openSqliteCache(file, octetsMax);
    try {
      return await work(cache);
    } finally {
      await cache.close();
    }
  }

  async function fill(): Promise<void> {
    await using(async (cache) => {
      for (let i = 0; i < 20; i += 1) await cache.put(`key ${i}`, BLOB);
    });
  }

  const isUsable = (): Promise<void> =>
    using(async (cache) => {
      await cache.put('new', BLOB);
      expect(await cache.get('new')).toEqual(BLOB);
    });

  test('is there again after closing', async () => {
    await fill();
    expect(await using((cache) => cache.get('key 19'))).toEqual(BLOB);
  });

  test('drops the oldest when it is full', async () => {
    await using(async (cache) => {
      for (let i = 0; i < 10; i += 1) await cache.put(`key ${i}`, BLOB);
      await cache.put('key 5', BLOB);
      const held = [];
      for (let i = 0; i < 10; i += 1) if ((await cache.get(`key ${i}`)) !== null) held.push(i);
      expect(held).toEqual([5, 8, 9]);
    }, 3 * BLOB.length);
  });

  test('that is no database is begun anew', async () => {
    writeFileSync(file, 'something else altogether, and longer than a header '.repeat(50));
    await isUsable();
  });

  test('of another program or another shape is begun anew', async () => {
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE blob (key TEXT); INSERT INTO blob VALUES (1)');
    other.close();
    await isUsable();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(await using((cache) => cache.get('new'))).toBeNull();
    await isUsable();
  });

  test('never gives octets that were not put, wherever the file is damaged', async () => {
    await fill();
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 9001) {
      const damaged = Buffer.from(whole);
      for (let i = at; i < Math.min(at + 16, damaged.length); i += 1) damaged[i]! ^= 0x5a;
      writeFileSync(file, damaged);
      const cache = openSqliteCache(file);
      for (let i = 0; i < 20; i += 1) {
        const octets = await cache.get(`key ${i}`);
        if (octets !== null && Buffer.compare(octets, BLOB) !== 0) expect(octets).toEqual(BLOB);
      }
      await cache.put('new', BLOB);
      await cache.close();
      rmSync(file);
    }
  });

  test('that was cut short is usable', async () => {
    await fill();
    truncateSync(file, 5000);
    await using(async (cache) => {
      for (let i = 0; i < 20; i += 1) await cache.get(`key ${i}`);
    });
    await isUsable();
  });

  test('that cannot be written is empty and does not throw', async () => {
    mkdirSync(file);
    await using(async (cache) => {
      await cache.put('a', BLOB);
      expect(await cache.get('a')).toBeNull();
    });
  });
});
