import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BlobCache } from '../../domain/engine/blobCache.ts';
import type { EventStore } from '../../domain/engine/eventStore.ts';
import { exportHeads, openHeads } from '../../domain/engine/heads.ts';
import { history } from '../../domain/engine/history.ts';
import { verifyAll } from '../../domain/engine/verification.ts';
import { memoryKeyRing } from '../../infrastructure/keys/fileKeyRing.ts';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { openSqliteCache } from '../../infrastructure/store/keyValueCache/sqliteCache.ts';
import { MemoryStore } from '../../infrastructure/store/memory/memoryStore.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';
import {
  READ_PCR_10,
  extendCommand,
  runningMachine,
  seatOf,
  send,
  testEngine,
  type TestEngine,
} from '../support/engines.ts';
import { startEventStoreDb } from '../support/eventStoreDb.ts';
import { all } from '../support/events.ts';

/** What an engine finds when it starts, and how to end it with all that it holds. */
type Ground = { readonly store: EventStore; readonly blobs: BlobCache };
type Place = {
  readonly open: () => Promise<Ground>;
  readonly restart: (ground: Ground) => Promise<Ground>;
};

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function closed({ store, blobs }: Ground): Promise<void> {
  await store.close();
  await blobs.close();
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  memory: async () => ({
    open: async () => ({ store: new MemoryStore(), blobs: memoryCache() }),
    restart: async (ground) => ground,
  }),
  sqlite: async () => {
    const folder = temporaryFolder();
    const open = async () => ({
      store: await openStore(`sqlite:${join(folder, 'stemma.db')}`),
      blobs: openSqliteCache(join(folder, 'mementos.db')),
    });
    return { open, restart: (ground) => closed(ground).then(open) };
  },
  eventstoredb: async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'log');
    let server = await startEventStoreDb({ file });
    onTestFinished(() => server.close());
    const open = async () => ({
      store: await openStore(server.url),
      blobs: openSqliteCache(join(folder, 'mementos.db')),
    });
    const restart = async (ground: Ground): Promise<Ground> => {
      await closed(ground);
      await server.close();
      server = await startEventStoreDb({ file });
      return open();
    };
    return { open, restart };
  },
};

async function problems({ ports }: TestEngine): Promise<readonly string[]> {
  const verdicts = await all(verifyAll(ports));
  return verdicts.flatMap(({ problem }) => (problem === null ? [] : [problem]));
}

describe.each(Object.keys(PLACES))('a machine on %s', (kind) => {
  test('lives, is copied, goes back and is the same in the next engine', async () => {
    const place = await PLACES[kind]!();
    const keyRing = memoryKeyRing();
    let ground = await place.open();
    let engine = testEngine({ ...ground, keyRing });
    const read = async (name: string) => send(await seatOf(engine, name), READ_PCR_10);
    const extend = async (name: string, octet: number) =>
      expect(await send(await seatOf(engine, name), extendCommand(octet))).toMatch(/^8002.{8}0{8}/);
    const restart = async () => {
      await engine.close();
      expect(engine.errors).toEqual([]);
      ground = await place.restart(ground);
      engine = testEngine({ ...ground, keyRing });
    };

    await runningMachine(engine, 'alpha');
    await extend('alpha', 1);
    const first = await read('alpha');
    await engine.orchestrator.snapshot('alpha', 'clean');
    await extend('alpha', 2);
    const second = await read('alpha');
    await restart();
    expect(await read('alpha')).toBe(second);

    await engine.orchestrator.clone('alpha', { name: 'beta' });
    await engine.orchestrator.clone('alpha', { name: 'gamma', snapshot: 'clean' });
    await extend('beta', 3);
    expect(await read('alpha')).toBe(second);
    expect(await read('gamma')).toBe(first);
    await engine.orchestrator.rollback('alpha', 'clean');
    expect(await read('alpha')).toBe(first);
    const latest = { alpha: await read('alpha'), beta: await read('beta') };
    await restart();
    expect({ alpha: await read('alpha'), beta: await read('beta') }).toEqual(latest);

    for (let i = 0; i < 40; i += 1) await Promise.all([extend('alpha', i), extend('beta', 9)]);
    const { heads } = openHeads(await exportHeads(ground.store, keyRing), null);
    await ground.blobs.close(); // what follows is read from the log alone
    await restart();
    expect(await read('beta')).not.toBe(latest.beta);
    expect(await problems(engine)).toEqual([]);
    const machine = await engine.machines.get('beta');
    const entries = await all(history(ground.store, machine.incarnation ?? ''));
    expect(entries.map(({ version }) => version)).toEqual(entries.map((_, i) => i + 1));
    expect(entries.filter(({ fact }) => fact.type === 'PcrExtended')).toHaveLength(43);
    const verdicts = await all(verifyAll(engine.ports, heads));
    expect(verdicts.filter(({ problem }) => problem !== null)).toEqual([]);
    await engine.close();
    await closed(ground);
  });

  test('is never in two minds when two engines drive it', async () => {
    const place = await PLACES[kind]!();
    const keyRing = memoryKeyRing();
    const ground = await place.open();
    const left = testEngine({ ...ground, keyRing });
    await runningMachine(left, 'alpha');
    // A file has one engine; a server has many.
    const other = kind === 'eventstoredb' ? await place.open() : ground;
    const right = testEngine({ ...other, keyRing });
    const seats = [await seatOf(left, 'alpha'), await seatOf(right, 'alpha')];
    for (let i = 0; i < 15; i += 1) {
      await Promise.all(seats.map((seat, k) => send(seat, extendCommand(2 * i + k))));
    }
    const entries = await all(history(ground.store, seats[0]!.incarnation));
    expect(entries.filter(({ fact }) => fact.type === 'PcrExtended')).toHaveLength(30);
    expect(await problems(left)).toEqual([]);
    for (const engine of [left, right]) await engine.close();
    for (const each of new Set([ground, other])) await closed(each);
  });
});
