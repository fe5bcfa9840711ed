import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '../connection.ts';
import * as tpm from '../commands.ts';
import { timed, timing, type Line } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { openMachine, startSwtpm } from '../servers.ts';
import { Watched } from '../watched.ts';

const COUNT = 100;
/** So many of them are compared as the fleet of one host is. */
const FEW = 64;
const COUNTER = 0x01800001;
const NO_AUTH = new Uint8Array(0);
const ROUND_MS = 500;
const ROUNDS = 4;
const ROUND_QUICK_MS = 150;

type Work = {
  readonly key: string;
  readonly name: string;
  /** How many TPMs do it. */
  readonly count: number;
  readonly request: (i: number) => Uint8Array;
};

const getRandom = { key: 'getRandom', name: 'GetRandom', request: () => tpm.GET_RANDOM };
const pcrExtend = {
  key: 'pcrExtend',
  name: 'PCR_Extend',
  request: (i: number) => tpm.pcrExtend(i & 0xff),
};
const nvIncrement = {
  key: 'nvIncrement',
  name: 'NV_Increment',
  request: () => tpm.nvIncrement(COUNTER),
};

const WORKS: readonly Work[] = [
  { ...getRandom, count: COUNT },
  { ...pcrExtend, count: COUNT },
  { ...getRandom, count: FEW },
  { ...nvIncrement, count: FEW },
];

/** Many TPMs used at once, each over a connection of its own. */
export const CROWD: Measure = {
  name: `${COUNT} TPMs at once`,
  run: async ({ folder, swtpm, isQuick }) => {
    const engine = await Watched.start(await mkdtemp(join(folder, 'crowd-')));
    const ports: number[] = [];
    for (let i = 0; i < COUNT; i += 1) ports.push(await openMachine(engine.api, `one-${i}`));
    const others = swtpm === null ? [] : await Promise.all(ports.map(() => startSwtpm()));
    const ours = await connect(ports);
    const theirs = await connect(others.map(({ port }) => port));
    const roundMs = isQuick ? ROUND_QUICK_MS : ROUND_MS;
    const lines: Line[] = [];
    for (const work of WORKS) lines.push(...(await compare(work, ours, theirs, roundMs)));
    for (const at of [...ours, ...theirs]) at.close();
    await engine.close();
    await Promise.all(others.map(({ close }) => close()));
    return lines;
  },
};

async function connect(ports: readonly number[]): Promise<readonly Connection[]> {
  const connections: Connection[] = [];
  for (const port of ports) {
    const at = await Connection.open(port);
    await at.exchange(tpm.STARTUP);
    await at.send(tpm.nvDefine(COUNTER, true, NO_AUTH));
    connections.push(at);
  }
  return connections;
}

async function compare(
  { key, name, count, request }: Work,
  allOurs: readonly Connection[],
  allTheirs: readonly Connection[],
  roundMs: number,
): Promise<readonly Line[]> {
  const [ours, theirs] = [allOurs.slice(0, count), allTheirs.slice(0, count)];
  const own: number[] = [];
  const other: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    own.push(...(await use(ours, request, roundMs)));
    if (theirs.length > 0) other.push(...(await use(theirs, request, roundMs)));
  }
  const against = theirs.length === 0 ? null : timing(other);
  const label = `${name} by ${count} TPMs at once`;
  const at = `crowd.${count}.${key}`;
  const perSecond = (times: readonly number[]): number => (times.length * 1000) / roundMs / ROUNDS;
  const compared = against === null ? {} : { theirs: perSecond(other), against: 'swtpm' };
  return [
    { key: `${at}.rate`, name: label, unit: '1/s', ours: perSecond(own), ...compared },
    timed({ key: `${at}.latency`, name: label }, timing(own), against, 'swtpm'),
  ];
}

async function use(
  connections: readonly Connection[],
  request: (i: number) => Uint8Array,
  forMs: number,
): Promise<readonly number[]> {
  const timesMs: number[] = [];
  const endMs = performance.now() + forMs;
  const one = async (at: Connection): Promise<void> => {
    for (let i = 0; performance.now() < endMs; i += 1) {
      const startedMs = performance.now();
      await at.send(request(i));
      timesMs.push(performance.now() - startedMs);
    }
  };
  await Promise.all(connections.map(one));
  return timesMs;
}
