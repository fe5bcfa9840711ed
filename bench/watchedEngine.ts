/**
 * An engine as `stemma serve` runs it, in a process of its own that also answers what no API tells:
 * its memory, and how long its event loop was held, beside that of a thread with nothing to do.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { loadIncarnation } from '../domain/engine/incarnation.ts';
import { openLog } from '../infrastructure/cli/log.ts';
import { openHost } from '../infrastructure/composition.ts';
import { memoryCache } from '../infrastructure/store/keyValueCache/memoryCache.ts';
import * as tpm from './commands.ts';
import { LoopWatch, type Delay } from './loopWatch.ts';

/** What the process is asked; it answers each in turn. */
export type Asked =
  | { readonly kind: 'make'; readonly names: readonly string[] }
  | { readonly kind: 'load'; readonly names: readonly string[] }
  | { readonly kind: 'loadFromLog'; readonly name: string }
  | { readonly kind: 'extend'; readonly name: string; readonly count: number }
  | { readonly kind: 'memory' | 'delay' | 'close' };

/** What comes back: nothing, a value, or why there is none. */
export type Answer = { readonly value?: unknown; readonly error?: string };

export type Memory = { readonly usedOctets: number };
/** Of the event loop, and of one that has nothing to do. */
export type Delays = { readonly own: Delay; readonly idle: Delay };

const TOGETHER = 16;

const [data = ''] = process.argv.slice(2);
const host = await openHost({ data, log: openLog('error') });
const { engine } = host;
const watch = new LoopWatch();
const idle = new Worker(new URL('./idleThread.js', import.meta.url));
idle.unref();

async function seatOf(name: string) {
  const seat = await engine.orchestrator.seatOf(await engine.machines.get(name));
  if (seat === null) throw new Error(`${name} has no TPM`);
  return seat;
}

/** A machine in use: started, with a storage key loaded. */
async function make(name: string): Promise<void> {
  await engine.orchestrator.create({ name });
  await engine.orchestrator.power(name, 'on');
  const seat = await seatOf(name);
  await seat.execute(tpm.STARTUP, 0);
  await seat.execute(tpm.createPrimary(tpm.storageKey('ECC', 1)), 0);
}

async function together(
  names: readonly string[],
  work: (name: string) => Promise<unknown>,
): Promise<null> {
  for (let i = 0; i < names.length; i += TOGETHER) {
    await Promise.all(names.slice(i, i + TOGETHER).map(work));
  }
  return null;
}

/** Commands that all wait for the turn of one TPM. */
async function extend(name: string, count: number): Promise<null> {
  const seat = await seatOf(name);
  for (let made = 0; made < count; made += 1) await seat.execute(tpm.pcrExtend(made & 0xff), 0);
  return null;
}

async function loadFromLog(name: string): Promise<null> {
  const { incarnation } = await engine.machines.get(name);
  await loadIncarnation({ ...engine.ports, blobs: memoryCache() }, incarnation ?? '');
  return null;
}

function memory(): Memory {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { usedOctets: heapUsed + external };
}

/** How long the event loop was held since the last time: beyond the timer's own interval. */
async function delays(): Promise<Delays> {
  const own = watch.take();
  idle.postMessage(null);
  const [of] = (await once(idle, 'message')) as [Delay];
  return { own, idle: of };
}

async function answer(asked: Asked): Promise<unknown> {
  switch (asked.kind) {
    case 'make':
      return together(asked.names, make);
    case 'load':
      return together(asked.names, seatOf).then(() => null);
    case 'loadFromLog':
      return loadFromLog(asked.name);
    case 'extend':
      return extend(asked.name, asked.count);
    case 'memory':
      return memory();
    case 'delay':
      return delays();
    case 'close':
      await host.close();
      setImmediate(() => {
        process.disconnect();
      });
      return null;
  }
}

process.on('message', (asked: Asked) => {
  answer(asked).then(
    (value) => process.send?.({ value } satisfies Answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
process.send?.({ value: null } satisfies Answer);
