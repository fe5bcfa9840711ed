import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { startEngine } from '../../infrastructure/engine.ts';
import { memoryKeyRing } from '../../infrastructure/keys/fileKeyRing.ts';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';
import { Connection } from '../connection.ts';
import * as tpm from '../commands.ts';
import { quantile, timing, type Line } from '../figures.ts';
import { openMachine } from '../servers.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const MB = 2 ** 20;

function usedMb(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MB;
}

/** Memory of TPMs that are loaded, and of as many that are not. */
export async function memory(isQuick: boolean): Promise<readonly Line[]> {
  const count = isQuick ? 100 : 1000;
  const folder = mkdtempSync(join(tmpdir(), 'stemma-bench-memory-'));
  const store = await openStore(`sqlite:${join(folder, 'store.db')}`);
  const report = (error: unknown): never => {
    throw error;
  };
  const parts = { store, blobs: memoryCache(), keyRing: memoryKeyRing(), report };
  const engine = startEngine(parts);
  const names = Array.from({ length: count }, (_, i) => `machine-${i}`);
  for (const name of names) await engine.orchestrator.create({ name });
  const idle = startEngine({ ...parts, seatsMax: 1 });
  const beforeMb = usedMb();
  for (const name of names) {
    await idle.orchestrator.seatOf(await idle.machines.get(name));
  }
  const idleMb = (usedMb() - beforeMb) / count;
  const emptyMb = usedMb();
  const loaded = startEngine(parts);
  for (const name of names) {
    await loaded.orchestrator.power(name, 'on');
    const seat = await loaded.orchestrator.seatOf(await loaded.machines.get(name));
    await seat?.execute(tpm.STARTUP, 0);
    await seat?.execute(tpm.createPrimary(tpm.storageKey('ECC', 1)), 0);
  }
  const loadedMb = (usedMb() - emptyMb) / count;
  await Promise.all([engine.close(), idle.close(), loaded.close()]);
  await store.close();
  rmSync(folder, { recursive: true });
  return [
    { name: `memory of a loaded TPM, of ${count}`, unit: 'MB', ours: loadedMb },
    { name: `memory of an idle TPM, of ${count}`, unit: 'MB', ours: idleMb },
  ];
}

/** Many TPMs used at once, and the longest that the engine's event loop was held meanwhile. */
export async function atOnce(engine: EngineProcess, isQuick: boolean): Promise<readonly Line[]> {
  const count = isQuick ? 20 : 100;
  const connections: Connection[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = await Connection.open(await openMachine(engine, `fleet-${i}`));
    await at.send(tpm.STARTUP);
    connections.push(at);
  }
  await engine.get('/metrics');
  const forMs = isQuick ? 500 : 3000;
  const reading = await load(connections, () => tpm.GET_RANDOM, forMs);
  const writing = await load(connections, (i) => tpm.pcrExtend(i & 0xff), forMs);
  const delay = /^stemma_event_loop_delay_seconds\{[^}]*max[^}]*\} (\S+)$/m;
  const held = delay.exec(await engine.get('/metrics'))?.[1];
  for (const at of connections) at.close();
  const lines: Line[] = [
    { name: `GetRandom by ${count} TPMs at once`, unit: '1/s', ours: reading.perSecond },
    { name: `GetRandom by ${count} TPMs at once`, unit: 'ms', ...latency(reading.timesMs) },
    { name: `PCR_Extend by ${count} TPMs at once`, unit: '1/s', ours: writing.perSecond },
    { name: `PCR_Extend by ${count} TPMs at once`, unit: 'ms', ...latency(writing.timesMs) },
  ];
  if (held !== undefined) {
    lines.push({
      name: 'event loop held meanwhile, at most',
      unit: 'ms',
      ours: Number(held) * 1000,
    });
  }
  return lines;
}

function latency(timesMs: readonly number[]) {
  return { ours: quantile(timesMs, 0.5), p99: quantile(timesMs, 0.99) };
}

async function load(
  connections: readonly Connection[],
  request: (i: number) => Uint8Array,
  forMs: number,
): Promise<{ readonly perSecond: number; readonly timesMs: readonly number[] }> {
  const timesMs: number[] = [];
  const endMs = performance.now() + forMs;
  const use = async (at: Connection): Promise<void> => {
    for (let i = 0; performance.now() < endMs; i += 1) {
      const startedMs = performance.now();
      await at.send(request(i));
      timesMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(connections.map(use));
  return { perSecond: (timesMs.length * 1000) / forMs, timesMs };
}

/** Making a TPM: by the engine's API, against swtpm_setup with an endorsement key. */
export async function making(
  engine: EngineProcess,
  isAgainst: boolean,
  isQuick: boolean,
): Promise<Line> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < (isQuick ? 5 : 20); i += 1) {
    const startedMs = performance.now();
    await engine.api('POST', '/machines', { name: `made-${i}` });
    ours.push(performance.now() - startedMs);
    if (isAgainst && i < 8) theirs.push(await setUp());
  }
  const { medianMs, p99Ms } = timing(ours);
  const line = { name: 'making a TPM', unit: 'ms', ours: medianMs, p99: p99Ms };
  if (!isAgainst) return line;
  const other = timing(theirs);
  return { ...line, theirs: other.medianMs, theirP99: other.p99Ms, against: 'swtpm_setup' };
}

async function setUp(): Promise<number> {
  const state = mkdtempSync(join(tmpdir(), 'stemma-bench-setup-'));
  const startedMs = performance.now();
  const options = ['--tpm2', '--tpmstate', state, '--createek', '--overwrite'];
  await promisify(execFile)('swtpm_setup', options);
  const tookMs = performance.now() - startedMs;
  rmSync(state, { recursive: true });
  return tookMs;
}
