import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../../domain/engine/eventStore.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';
import { timing, type Line, type Timing } from '../figures.ts';

const WRITERS = 64;
const EVENT_SIZE = 600;

/** One write of an event's size made durable, on the disk that the bench uses. */
export function fdatasync(isQuick: boolean): Timing {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-bench-disk-'));
  const file = openSync(join(folder, 'file'), 'w');
  const octets = Buffer.alloc(EVENT_SIZE, 1);
  const timesMs: number[] = [];
  for (let i = 0; i < (isQuick ? 100 : 500); i += 1) {
    const startedMs = performance.now();
    writeSync(file, octets);
    fdatasyncSync(file);
    timesMs.push(performance.now() - startedMs);
  }
  closeSync(file);
  rmSync(folder, { recursive: true });
  return timing(timesMs);
}

/** Events a second: many writers at our store, against bare transactions of as many rows. */
export async function appends(isQuick: boolean): Promise<readonly Line[]> {
  const forMs = isQuick ? 400 : 2000;
  const folder = mkdtempSync(join(tmpdir(), 'stemma-bench-append-'));
  const ours = await ourAppends(`sqlite:${join(folder, 'ours.db')}`, forMs);
  const theirs = bareAppends(join(folder, 'bare.db'), forMs);
  const again = await ourAppends(`sqlite:${join(folder, 'again.db')}`, forMs);
  rmSync(folder, { recursive: true });
  const line = { name: `appends by ${WRITERS} writers`, unit: '1/s', against: 'bare node:sqlite' };
  return [{ ...line, ours: (ours + again) / 2, theirs }];
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'Measured', data: 'x'.repeat(EVENT_SIZE), metadata: '{}' };
}

async function ourAppends(url: string, forMs: number): Promise<number> {
  const store = await openStore(url);
  const endMs = performance.now() + forMs;
  let count = 0;
  const write = async (stream: string): Promise<void> => {
    for (let version = 0; performance.now() < endMs; version += 1) {
      await store.append(stream, version, [event()]);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, i) => write(`stream-${i}`)));
  await store.close();
  return (count * 1000) / forMs;
}

function bareAppends(path: string, forMs: number): number {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(
    'CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, ' +
      'id TEXT, type TEXT, data TEXT, metadata TEXT); ' +
      'CREATE UNIQUE INDEX by_version ON events (stream, version)',
  );
  const insert = database.prepare(
    'INSERT INTO events (stream, version, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const endMs = performance.now() + forMs;
  let count = 0;
  for (let version = 0; performance.now() < endMs; version += 1) {
    database.exec('BEGIN IMMEDIATE');
    for (let stream = 0; stream < WRITERS; stream += 1) {
      const { id, type, data, metadata } = event();
      insert.run(stream, version, id, type, data, metadata);
      count += 1;
    }
    database.exec('COMMIT');
  }
  database.close();
  return (count * 1000) / forMs;
}
