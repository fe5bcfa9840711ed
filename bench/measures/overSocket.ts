import { Connection } from '../connection.ts';
import * as tpm from '../commands.ts';
import { compared, timing, type Line, type Timing } from '../figures.ts';
import type { Server } from '../servers.ts';

const COUNTER = 0x01800001;
const DATA = 0x01800002;
const AUTH = new Uint8Array([1, 2, 3, 4]);

/** What is timed; it may give back something to do afterwards, which is not. */
type Work = () => Promise<unknown>;

/** One thing to do at a TPM: prepared once, then done again and again. */
type Case = {
  readonly name: string;
  readonly count: number;
  readonly prepare: (at: Connection) => Promise<Work>;
  /** Also measured against a server that does nothing. */
  readonly hasFloor?: boolean;
};

const plain = (request: Uint8Array) => (at: Connection) =>
  Promise.resolve(() => at.exchange(request));

async function defined(at: Connection, nvIndex: number, isCounter: boolean): Promise<void> {
  await at.exchange(tpm.nvUndefine(nvIndex));
  await at.send(tpm.nvDefine(nvIndex, isCounter, isCounter ? new Uint8Array(0) : AUTH));
}

async function hmacRead(at: Connection): Promise<Work> {
  await defined(at, DATA, false);
  await at.send(tpm.nvWrite(DATA, AUTH));
  const name = tpm.nameOfIndex(await at.send(tpm.nvReadPublic(DATA)));
  return async () => {
    const started = await at.send(tpm.START_SESSION);
    await at.send(tpm.nvReadByHmac(DATA, name, AUTH, started));
  };
}

async function increment(at: Connection): Promise<Work> {
  await defined(at, COUNTER, true);
  return () => at.send(tpm.nvIncrement(COUNTER));
}

/** Makes a primary key and flushes it; a new one each time where `isFirst`. */
function primary(type: 'ECC' | 'RSA', isFirst: boolean) {
  return (at: Connection): Promise<Work> => {
    let unique = Math.floor(Math.random() * 2 ** 30);
    return Promise.resolve(async () => {
      if (isFirst) unique += 1;
      const made = await at.send(tpm.createPrimary(tpm.storageKey(type, unique)));
      return () => at.send(tpm.flush(tpm.handleOf(made)));
    });
  };
}

async function createAndLoad(at: Connection): Promise<Work> {
  const made = await at.send(tpm.createPrimary(tpm.storageKey('ECC', 1)));
  const parent = tpm.handleOf(made);
  const publicArea = tpm.signingKey('ECC', false);
  return async () => {
    const created = await at.send(tpm.create(parent, publicArea));
    const loaded = await at.send(tpm.load(parent, created));
    return () => at.send(tpm.flush(tpm.handleOf(loaded)));
  };
}

function signing(type: 'ECC' | 'RSA', isRestricted: boolean, request: (key: number) => Uint8Array) {
  return async (at: Connection): Promise<Work> => {
    const made = await at.send(tpm.createPrimary(tpm.signingKey(type, isRestricted)));
    const octets = request(tpm.handleOf(made));
    return () => at.send(octets);
  };
}

let extended = 0;
const extend = (at: Connection) =>
  Promise.resolve(() => {
    extended = (extended + 1) & 0xff;
    return at.send(tpm.pcrExtend(extended));
  });

const CASES: readonly Case[] = [
  { name: 'GetRandom', count: 2000, prepare: plain(tpm.GET_RANDOM), hasFloor: true },
  { name: 'PCR_Read', count: 2000, prepare: plain(tpm.PCR_READ), hasFloor: true },
  { name: 'GetCapability', count: 2000, prepare: plain(tpm.GET_CAPABILITY), hasFloor: true },
  { name: 'PCR_Extend', count: 800, prepare: extend },
  { name: 'NV_Increment', count: 800, prepare: increment },
  { name: 'StartAuthSession + HMAC NV_Read', count: 800, prepare: hmacRead },
  { name: 'CreatePrimary ECC, first', count: 100, prepare: primary('ECC', true) },
  { name: 'CreatePrimary ECC, repeated', count: 200, prepare: primary('ECC', false) },
  { name: 'CreatePrimary RSA 2048, first', count: 10, prepare: primary('RSA', true) },
  { name: 'CreatePrimary RSA 2048, repeated', count: 10, prepare: primary('RSA', false) },
  { name: 'Create + Load ECC', count: 150, prepare: createAndLoad },
  { name: 'Sign ECDSA', count: 300, prepare: signing('ECC', false, tpm.sign) },
  { name: 'Quote RSA', count: 200, prepare: signing('RSA', true, tpm.quote) },
];

const ROUNDS = 10;

/** Commands over one connection, in turns with the other servers. */
export async function overSocket(
  ours: Server,
  theirs: Server | null,
  floor: Server,
  isQuick: boolean,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const one of CASES) {
    const servers = [ours, theirs, one.hasFloor === true ? floor : null];
    const [own, other, none] = await inTurns(one, servers, isQuick);
    if (own === undefined || own === null) throw new Error(`${one.name} was not measured`);
    lines.push(compared(one.name, own, other ?? null, 'swtpm'));
    if (none) lines.push(compared(`${one.name}, against an echo`, own, none, 'echo'));
  }
  return lines;
}

async function inTurns(
  { count, prepare }: Case,
  servers: readonly (Server | null)[],
  isQuick: boolean,
): Promise<readonly (Timing | null)[]> {
  const connections: (Connection | null)[] = [];
  for (const server of servers) {
    connections.push(server === null ? null : await Connection.open(server.port));
  }
  const works: (Work | null)[] = [];
  for (const [i, at] of connections.entries()) {
    if (at !== null && servers[i]?.name !== 'echo') await at.exchange(tpm.STARTUP);
    const isEcho = servers[i]?.name === 'echo';
    works.push(at === null ? null : isEcho ? () => at.exchange(tpm.GET_RANDOM) : await prepare(at));
  }
  const each = Math.max(1, Math.round(count / ROUNDS / (isQuick ? 5 : 1)));
  const timesMs = servers.map((): number[] => []);
  for (const work of works) {
    const rest = await work?.();
    if (typeof rest === 'function') await (rest as Work)();
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, work] of works.entries()) {
      for (let n = 0; work !== null && n < each; n += 1) {
        const startedMs = performance.now();
        const rest = await work();
        timesMs[i]?.push(performance.now() - startedMs);
        if (typeof rest === 'function') await (rest as Work)();
      }
    }
  }
  for (const at of connections) at?.close();
  return timesMs.map((times, i) => (works[i] === null ? null : timing(times)));
}
