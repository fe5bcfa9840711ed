import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { sealingKey } from '../../domain/crypto/sealing.ts';
import { enclose, NO_EVENTS, type Head } from '../../domain/engine/envelope.ts';
import { loadIncarnation, tpmEvent, tpmStream } from '../../domain/engine/incarnation.ts';
import { fold, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { Engine } from '../../infrastructure/engine.ts';
import { memoryKeyRing } from '../../infrastructure/keys/fileKeyRing.ts';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { openSqliteCache } from '../../infrastructure/store/keyValueCache/sqliteCache.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';
import * as tpm from '../commands.ts';
import { timed, timing, type Line } from '../figures.ts';
import { engineOf, makeHistory, type Kept } from '../history.ts';
import type { Context, Measure } from '../measure.ts';

const SHORT = 100;
const MIDDLE = 10_000;
const LONG = 1_000_000;
const CLONES = 25;

/** Clones of machines with short and long histories, and how fast those are loaded. */
export const HISTORIES: Measure = {
  name: 'histories',
  run: async (context) => {
    const sizes = context.isQuick ? [SHORT, MIDDLE] : [SHORT, MIDDLE, LONG];
    const lines: Line[] = [];
    for (const size of sizes) lines.push(...(await measure(size, context)));
    return lines;
  },
};

async function measure(size: number, { folder }: Context): Promise<readonly Line[]> {
  const own = await mkdtemp(join(folder, 'history-'));
  const kept: Kept = {
    store: await openStore(`sqlite:${join(own, 'store.db')}`),
    blobs: openSqliteCache(join(own, 'mementos.db')),
    keyRing: memoryKeyRing(),
  };
  const name = `with-${size}`;
  await makeHistory(kept, name, size);
  const engine = engineOf(kept);
  const lines = [await clones(engine, name, size)];
  if (size > SHORT) lines.push(...(await loads(engine, name, size)));
  if (size === MIDDLE) lines.push(...(await inMemory(engine, name)));
  await engine.close();
  await kept.blobs.close();
  await kept.store.close();
  return lines;
}

async function clones(engine: Engine, source: string, size: number): Promise<Line> {
  const { timesMs } = await repeated(CLONES, (i) =>
    engine.orchestrator.clone(source, { name: `${source}-clone-${i}` }),
  );
  const title = { key: `clone.${size}`, name: `clone at ${size.toLocaleString('en-US')} events` };
  return timed(title, timing(timesMs));
}

async function loads(engine: Engine, name: string, size: number): Promise<readonly Line[]> {
  const { incarnation } = await engine.machines.get(name);
  const load = (ports: Engine['ports']) => () => loadIncarnation(ports, incarnation ?? '');
  const times = size === LONG ? 1 : 7;
  const withMemento = await repeated(times, load(engine.ports));
  const bare = await repeated(times, load({ ...engine.ports, blobs: memoryCache() }));
  const events = size.toLocaleString('en-US');
  return [
    timed(
      { key: `load.memento.${size}`, name: `load at ${events} events, with a memento` },
      timing(withMemento.timesMs),
    ),
    rate(
      { key: `load.log.${size}`, name: `events loaded from SQLite, of ${events}` },
      size,
      bare.timesMs,
    ),
  ];
}

/** What loading and deciding cost beside the store. */
async function inMemory(engine: Engine, name: string): Promise<readonly Line[]> {
  const { incarnation } = await engine.machines.get(name);
  const loaded = await loadIncarnation(engine.ports, incarnation ?? '');
  if (loaded === null) throw new Error(`${name} has no TPM`);
  const key = sealingKey(loaded.key);
  const stream = tpmStream(incarnation ?? '');
  const facts: TpmEvent[] = [];
  for await (const event of engine.ports.store.read(stream)) facts.push(tpmEvent(event, key));
  const folds = await repeated(7, () => Promise.resolve(fold(facts)));
  const sealer = { key, draw: (count: number) => engine.ports.entropy.draw(count) };
  const decision = {
    ...{ request: tpm.pcrExtend(1), locality: 0 },
    ...{ entropy: new Uint8Array(0), primes: [] },
  };
  const encloses = await repeated(7, () => {
    let head: Head = NO_EVENTS;
    for (const fact of facts) {
      const batch = { facts: [fact], atMs: 1, decision };
      ({ head } = enclose(stream, head, batch, sealer, engine.ports.newId));
    }
    return Promise.resolve();
  });
  return [
    rate({ key: 'fold', name: 'events folded' }, facts.length, folds.timesMs),
    rate({ key: 'enclose', name: 'events sealed and linked' }, facts.length, encloses.timesMs),
  ];
}

/** The times of several runs, each by itself. */
async function repeated(times: number, work: (i: number) => Promise<unknown>) {
  const timesMs: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const startedMs = performance.now();
    await work(i);
    timesMs.push(performance.now() - startedMs);
  }
  return { timesMs };
}

function rate(
  title: { readonly key: string; readonly name: string },
  count: number,
  timesMs: readonly number[],
): Line {
  const ours = (count * 1000) / timing(timesMs).medianMs;
  return { ...title, unit: '1/s', ours, count: timesMs.length };
}
