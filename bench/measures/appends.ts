import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore, NewEvent } from '../../domain/engine/eventStore.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';
import { openDisk } from '../disk.ts';
import { timed, type Line } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { inTurns, type Subject } from '../turns.ts';

const WRITERS = 64;
const EVENT_SIZE = 600;
const FOR_MS = 2000;
const FOR_MS_QUICK = 250;

/** The event store alone: one writer and many, beside bare SQLite and the disk itself. */
export const APPENDS: Measure = {
  name: 'appends',
  run: async ({ folder, isQuick }) => {
    const own = await mkdtemp(join(folder, 'appends-'));
    const store = await openStore(`sqlite:${join(own, 'store.db')}`);
    const bare = openBare(join(own, 'bare.db'));
    const disk = openDisk(join(own, 'disk'));
    const forMs = isQuick ? FOR_MS_QUICK : FOR_MS;
    const [one, bareOne, sync] = await inTurns([ours(store, 1), bare.append(1), disk], forMs);
    const [many, bareMany] = await inTurns([ours(store, WRITERS), bare.append(WRITERS)], forMs);
    await store.close();
    bare.close();
    disk.close();
    if (!one || !many || !bareMany) throw new Error('appends were not measured');
    const single = { key: 'append.1', name: 'append by one writer' };
    return [
      timed(single, one, bareOne, 'bare node:sqlite'),
      timed({ ...single, key: 'append.1.fdatasync' }, one, sync, 'fdatasync'),
      perSecond(many.medianMs, bareMany.medianMs),
    ];
  },
};

function perSecond(oursMs: number, theirsMs: number): Line {
  const [mine, bare] = [(WRITERS * 1000) / oursMs, (WRITERS * 1000) / theirsMs];
  const title = { key: `append.${WRITERS}`, name: `appends by ${WRITERS} writers` };
  return { ...title, unit: '1/s', ours: mine, theirs: bare, against: 'bare node:sqlite' };
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'Measured', data: 'x'.repeat(EVENT_SIZE), metadata: '{}' };
}

/** One event to each of so many streams, all at once. */
function ours(store: EventStore, writers: number): Subject {
  let version = 0;
  const once = async (): Promise<void> => {
    const expected = version;
    version += 1;
    const streams = Array.from({ length: writers }, (_, i) => `stream-${writers}-${i}`);
    await Promise.all(streams.map((stream) => store.append(stream, expected, [event()])));
  };
  return { once };
}

/** As many rows in one transaction, written by this thread and without any questions. */
function openBare(path: string) {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 256');
  database.exec(
    'CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER, version INTEGER, ' +
      'id TEXT, type TEXT, data TEXT, metadata TEXT); ' +
      'CREATE UNIQUE INDEX by_version ON events (stream, version)',
  );
  const insert = database.prepare(
    'INSERT INTO events (stream, version, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
  );
  let version = 0;
  const append = (writers: number): Subject => ({
    once: () => {
      version += 1;
      database.exec('BEGIN IMMEDIATE');
      for (let stream = 0; stream < writers; stream += 1) {
        const { id, type, data, metadata } = event();
        insert.run(stream, version, id, type, data, metadata);
      }
      database.exec('COMMIT');
      return Promise.resolve();
    },
  });
  return {
    append,
    close: () => {
      database.close();
    },
  };
}
