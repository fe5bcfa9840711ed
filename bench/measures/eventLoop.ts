import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '../connection.ts';
import * as tpm from '../commands.ts';
import type { Line } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { openMachine } from '../servers.ts';
import { Watched } from '../watched.ts';

const GUESTS = 20;
const KEY_MAKERS = 4;
const LONG_NAME = 'with-a-past';
const EVENTS = 10_000;
const EVENTS_QUICK = 2000;
const FOR_MS = 3000;
const FOR_MS_QUICK = 250;

/** What the engine does while its event loop is watched. */
type Load = { readonly key: string; readonly name: string; readonly run: () => Promise<unknown> };

/**
 * How long an engine's event loop is held at most, by what it does; beside a thread with nothing to
 * do, which the machine lets wait as well.
 */
export const EVENT_LOOP: Measure = {
  name: 'event loop',
  run: async ({ folder, isQuick }) => {
    const engine = await Watched.start(await mkdtemp(join(folder, 'loop-')));
    const count = isQuick ? EVENTS_QUICK : EVENTS;
    await engine.do({ kind: 'make', names: [LONG_NAME] });
    await engine.do({ kind: 'extend', name: LONG_NAME, count });
    const guests = await connect(engine);
    const loads = loadsOf(engine, guests, isQuick ? FOR_MS_QUICK : FOR_MS);
    const lines: Line[] = [];
    for (const load of loads) lines.push(await watched(engine, load));
    for (const at of guests) at.close();
    await engine.close();
    return lines;
  },
};

async function watched(engine: Watched, { key, name, run }: Load): Promise<Line> {
  await run(); // once to warm up: compiling is not what is looked for
  await engine.delay();
  await run();
  const { own, idle } = await engine.delay();
  return {
    ...{ key: `eventLoop.${key}`, name: `event loop held at most: ${name}`, unit: 'ms' },
    ...{ ours: own.maxMs, p99: own.p99Ms },
    ...{ theirs: idle.maxMs, theirP99: idle.p99Ms, against: 'idle thread' },
  };
}

async function connect(engine: Watched): Promise<readonly Connection[]> {
  const connections: Connection[] = [];
  for (let i = 0; i < GUESTS; i += 1) {
    const at = await Connection.open(await openMachine(engine.api, `guest-${i}`));
    await at.send(tpm.STARTUP);
    connections.push(at);
  }
  return connections;
}

function loadsOf(engine: Watched, guests: readonly Connection[], forMs: number): readonly Load[] {
  const small = [tpm.GET_RANDOM, tpm.PCR_READ, tpm.pcrExtend(1)];
  const commands = (): Promise<unknown> =>
    forAll(guests.slice(KEY_MAKERS), forMs, smallOnes(small));
  const keys = (): Promise<unknown> => forAll(guests.slice(0, KEY_MAKERS), forMs, makeKeys);
  let round = 0;
  const api = async (): Promise<void> => {
    const endMs = performance.now() + forMs;
    for (; performance.now() < endMs; round += 1) await operate(engine, `copy-${round}`);
  };
  const load = (): Promise<void> => engine.do({ kind: 'loadFromLog', name: LONG_NAME });
  const verify = (): Promise<unknown> => engine.api.post('/verifications');
  return [
    { key: 'commands', name: 'small commands', run: commands },
    { key: 'keys', name: 'keys', run: keys },
    { key: 'api', name: 'machines', run: api },
    { key: 'load', name: 'loading a history', run: load },
    { key: 'verify', name: 'verifying all', run: verify },
    {
      key: 'mixed',
      name: 'all together',
      run: () => Promise.all([commands(), keys(), api(), load(), verify()]),
    },
  ];
}

type Use = (at: Connection, i: number) => Promise<unknown>;

function forAll(guests: readonly Connection[], forMs: number, use: Use): Promise<unknown> {
  const endMs = performance.now() + forMs;
  const one = async (at: Connection): Promise<void> => {
    for (let i = 0; performance.now() < endMs; i += 1) await use(at, i);
  };
  return Promise.all(guests.map(one));
}

function smallOnes(requests: readonly Uint8Array[]): Use {
  return (at, i) => at.send(requests[i % requests.length] ?? tpm.GET_RANDOM);
}

let unique = 0;

/** Storage keys of both kinds, and what is made under them. */
async function makeKeys(at: Connection): Promise<void> {
  unique += 1;
  for (const type of ['ECC', 'RSA'] as const) {
    const parent = tpm.handleOf(await at.send(tpm.createPrimary(tpm.storageKey(type, unique))));
    const created = await at.send(tpm.create(parent, tpm.signingKey(type, false)));
    const key = tpm.handleOf(await at.send(tpm.load(parent, created)));
    await at.send(type === 'ECC' ? tpm.sign(key) : tpm.quote(key));
    await at.send(tpm.flush(key));
    await at.send(tpm.flush(parent));
  }
}

/** What an orchestrator does with machines. */
async function operate({ api }: Watched, name: string): Promise<void> {
  await api.post('/machines/guest-0/clones', { name });
  await api.post(`/machines/${name}/snapshots`, { name: 'now' });
  await api.post(`/machines/${name}/rollbacks`, { to: 'now' });
  await api.get('/machines');
  await api.get(`/machines/${LONG_NAME}/history`, { limit: 100 });
  await api.get(`/machines/${name}/lineage`);
}
