import { loadIncarnation, tpmEvent } from '../../domain/engine/incarnation.ts';
import { tpmStream } from '../../domain/engine/incarnation.ts';
import type { Seat } from '../../domain/engine/seat.ts';
import { fold, type TpmEvent } from '../../domain/tpm/evolve.ts';
import { startEngine, type Engine } from '../../infrastructure/engine.ts';
import { memoryKeyRing } from '../../infrastructure/keys/fileKeyRing.ts';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { MemoryStore } from '../../infrastructure/store/memory/memoryStore.ts';
import * as tpm from '../commands.ts';
import { timing, type Line } from '../figures.ts';

const CLONES = 25;

function engineInMemory(): Engine {
  return startEngine({
    store: new MemoryStore(),
    blobs: memoryCache(),
    keyRing: memoryKeyRing(),
    report: (error) => {
      throw error;
    },
  });
}

/** A machine whose TPM has so many events behind it, each made by a command. */
async function machineWith(engine: Engine, name: string, events: number): Promise<Seat> {
  await engine.orchestrator.create({ name });
  await engine.orchestrator.power(name, 'on');
  const seat = await engine.orchestrator.seatOf(await engine.machines.get(name));
  if (seat === null) throw new Error(`${name} has no TPM`);
  await seat.execute(tpm.STARTUP, 0);
  const requests = Array.from({ length: 256 }, (_, octet) => tpm.pcrExtend(octet));
  for (let made = 3; made < events; made += 1) {
    await seat.execute(requests[made & 0xff] ?? tpm.STARTUP, 0);
  }
  return seat;
}

/** Clones of machines with short and long histories, and how fast those are loaded and folded. */
export async function histories(isQuick: boolean): Promise<readonly Line[]> {
  const sizes = isQuick ? [100, 10_000] : [100, 10_000, 1_000_000];
  const lines: Line[] = [];
  for (const size of sizes) {
    const engine = engineInMemory();
    const name = `with-${size}`;
    const seat = await machineWith(engine, name, size);
    await seat.keepMemento();
    lines.push(await clones(engine, name, size));
    if (size === 10_000) lines.push(...(await loads(engine, seat, size)));
    await engine.close();
  }
  return lines;
}

async function clones(engine: Engine, source: string, size: number): Promise<Line> {
  const timesMs: number[] = [];
  for (let i = 0; i < CLONES; i += 1) {
    const startedMs = performance.now();
    await engine.orchestrator.clone(source, { name: `${source}-clone-${i}` });
    timesMs.push(performance.now() - startedMs);
  }
  const { medianMs, p99Ms } = timing(timesMs);
  const name = `clone at ${size.toLocaleString('en-US')} events`;
  return { name, unit: 'ms', ours: medianMs, p99: p99Ms };
}

async function loads(engine: Engine, seat: Seat, size: number): Promise<readonly Line[]> {
  const { incarnation } = seat;
  const withMemento = await timed(() => loadIncarnation(engine.ports, incarnation));
  const bare = { ...engine.ports, blobs: memoryCache() };
  const without = await timed(() => loadIncarnation(bare, incarnation));
  const { key } = await seat.capture();
  const events: TpmEvent[] = [];
  for await (const event of engine.ports.store.read(tpmStream(incarnation))) {
    events.push(tpmEvent(event, key));
  }
  const folded = await timed(() => Promise.resolve(fold(events)));
  return [
    { name: 'load with a memento', unit: 'ms', ours: withMemento },
    { name: 'load without: verify, open, fold', unit: 'events/s', ours: (size * 1000) / without },
    { name: 'fold alone', unit: 'events/s', ours: (size * 1000) / folded },
  ];
}

/** The median of several runs, in ms. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const timesMs: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const startedMs = performance.now();
    await work();
    timesMs.push(performance.now() - startedMs);
  }
  return timing(timesMs).medianMs;
}
