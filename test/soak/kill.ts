import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { DrivenMachine } from './drivenMachine.ts';

const PROGRAM = new URL('../../infrastructure/cli/main.js', import.meta.url).pathname;
const USAGE = 'usage: kill [--kills N] [--seconds N] [--seed S] [--machines N] [--store URL]';
const LIFE_MS = 700;

type Options = {
  readonly kills: number;
  readonly seconds: number;
  readonly seed: number;
  readonly machines: number;
  readonly store: readonly string[];
};

function options(): Options {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { kills: number, seconds: number, seed: number, machines: number, store: number },
  });
  const whole = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new Error(USAGE);
    return value;
  };
  return {
    kills: whole(values.kills, values.seconds === undefined ? 50 : 1e9),
    seconds: whole(values.seconds, 1e9),
    seed: whole(values.seed, 1),
    machines: whole(values.machines, 4),
    store: values.store === undefined ? [] : ['--store', values.store],
  };
}

/** Numbers from 0 to 1 that depend on the seed alone. xorshift32 */
function random(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/** A copy of a machine that was asked for: true once the engine said that it is there. */
type Copies = Map<string, boolean>;

/** Makes copies and snapshots of one machine until the engine is gone. */
async function orchestrate(engine: EngineProcess, source: string, copies: Copies): Promise<void> {
  try {
    for (;;) {
      const name = `copy-${copies.size}`;
      copies.set(name, false);
      await engine.api('POST', `/machines/${source}/clones`, { name });
      copies.set(name, true);
      await pass(20);
    }
  } catch {
    // The engine was killed: what was not acknowledged may be there or not.
  }
}

type Machine = {
  readonly name: string;
  readonly tpm: { readonly endorsement: { readonly status: string } };
};

/** All machines by name, page by page. */
async function listed(engine: EngineProcess): Promise<ReadonlyMap<string, Machine>> {
  type Page = { readonly machines: readonly Machine[]; readonly next: string | null };
  const machines = new Map<string, Machine>();
  for (let query = ''; ;) {
    const { machines: some, next } = await engine.api<Page>('GET', `/machines${query}`);
    for (const machine of some) machines.set(machine.name, machine);
    if (next === null) return machines;
    query = `?after=${next}`;
  }
}

/** What is wrong with the copies; null when all that were acknowledged are there, and whole. */
async function checkCopies(engine: EngineProcess, copies: Copies): Promise<string | null> {
  const machines = await listed(engine);
  for (const [name, isAcknowledged] of copies) {
    if (!isAcknowledged) continue;
    const machine = machines.get(name);
    if (machine === undefined) return `${name} was acknowledged and is not there`;
    if (machine.tpm.endorsement.status !== 'enabled') return `${name} was not re-endorsed`;
  }
  return null;
}

async function verifyAll(data: string): Promise<string | null> {
  try {
    await promisify(execFile)(process.execPath, [PROGRAM, 'verify', '--all', '--data', data]);
    return null;
  } catch (error) {
    return `verify --all: ${(error as { readonly stderr?: string }).stderr ?? String(error)}`;
  }
}

async function prepare(engine: EngineProcess, count: number): Promise<readonly DrivenMachine[]> {
  const machines: DrivenMachine[] = [];
  for (let i = 0; i < count; i += 1) {
    const name = `driven-${i}`;
    await engine.api('POST', '/machines', { name });
    await engine.api('POST', `/machines/${name}/power`, { state: 'on' });
    const endpoint = await engine.api<{ readonly listen: string }>(
      'POST',
      `/machines/${name}/endpoints`,
      { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' },
    );
    const machine = new DrivenMachine(name, Number(endpoint.listen.split(':').at(-1)));
    await machine.prepare();
    machines.push(machine);
  }
  return machines;
}

/** Drives, kills, starts again and checks; gives the first thing that is wrong, if any. */
async function run({ kills, seconds, seed, machines: count, store }: Options): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'stemma-kill-'));
  const next = random(seed);
  const endMs = performance.now() + seconds * 1000;
  const copies: Copies = new Map();
  let engine = await EngineProcess.start(data, ...store);
  const machines = await prepare(engine, count);
  let killed = 0;
  let problem: string | null = null;
  while (problem === null && killed < kills && performance.now() < endMs) {
    const driven = machines.map((machine) => machine.drive());
    const orchestrated = orchestrate(engine, machines[0]?.name ?? '', copies);
    await pass(next() * LIFE_MS);
    await engine.kill();
    killed += 1;
    await Promise.all([...driven, orchestrated]);
    engine = await EngineProcess.start(data, ...store);
    for (const machine of machines) problem ??= await machine.check();
    problem ??= await checkCopies(engine, copies);
    problem ??= await verifyAll(data);
  }
  await engine.stop();
  report(machines, copies, killed, problem);
  if (problem === null) await rm(data, { recursive: true, force: true });
  else console.log(`the data is in ${data}`);
  return problem === null;
}

function report(
  machines: readonly DrivenMachine[],
  copies: Copies,
  killed: number,
  problem: string | null,
): void {
  const sum = (of: (machine: DrivenMachine) => number): number =>
    machines.reduce((total, machine) => total + of(machine), 0);
  const acknowledged = [
    `${sum((machine) => machine.acknowledged.extend)} extends`,
    `${sum((machine) => machine.acknowledged.increment)} increments`,
    `${sum((machine) => machine.acknowledged.write)} writes`,
    `${[...copies.values()].filter(Boolean).length} clones`,
  ];
  console.log(`acknowledged: ${acknowledged.join(', ')}`);
  console.log(`carried out without an answer: ${sum((machine) => machine.carriedOut)}`);
  console.log(problem ?? 'every acknowledged one is there, none twice; verify --all is clean');
  console.log(
    `${killed} kills of ${machines.length} driven machines: ${problem ? 'FAILED' : 'ok'}`,
  );
}

process.exitCode = (await run(options())) ? 0 : 1;
