import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Connection } from '../connection.ts';
import * as tpm from '../commands.ts';
import { openDisk } from '../disk.ts';
import { timed, type Line, type Timing, type Title } from '../figures.ts';
import type { Context, Measure } from '../measure.ts';
import { onOneCore } from '../oneCore.ts';
import { inTurns, type Subject } from '../turns.ts';

const COUNTER = 0x01800001;
const DATA = 0x01800002;
const AUTH = new Uint8Array([1, 2, 3, 4]);
const NO_AUTH = new Uint8Array(0);
/** By then a key that was taken is replaced. */
const RESTOCKED_MS = 400;
const FOR_MS = 3000;
const FOR_MS_QUICK = 180;

/** One thing to do at a TPM over one connection, again and again. */
type Case = {
  readonly key: string;
  readonly name: string;
  readonly prepare: (at: Connection) => Promise<Subject>;
  /** What else it is measured against: a server that does nothing, or the disk alone. */
  readonly floor?: 'echo' | 'disk';
};

const CASES: readonly Case[] = [
  { key: 'getRandom', name: 'GetRandom', prepare: plain(tpm.GET_RANDOM), floor: 'echo' },
  { key: 'pcrRead', name: 'PCR_Read', prepare: plain(tpm.PCR_READ), floor: 'echo' },
  {
    key: 'getCapability',
    name: 'GetCapability',
    prepare: plain(tpm.GET_CAPABILITY),
    floor: 'echo',
  },
  { key: 'pcrExtend', name: 'PCR_Extend', prepare: extend, floor: 'disk' },
  { key: 'nvIncrement', name: 'NV_Increment', prepare: increment, floor: 'disk' },
  { key: 'hmacNvRead', name: 'StartAuthSession + HMAC NV_Read', prepare: hmacRead },
  { key: 'primaryEcc', name: 'CreatePrimary ECC, first', prepare: primary('ECC', true) },
  {
    key: 'primaryEccAgain',
    name: 'CreatePrimary ECC, repeated',
    prepare: primary('ECC', false),
  },
  { key: 'primaryRsa', name: 'CreatePrimary RSA 2048, first', prepare: primary('RSA', true) },
  {
    key: 'primaryRsaAgain',
    name: 'CreatePrimary RSA 2048, repeated',
    prepare: primary('RSA', false),
  },
  { key: 'createLoadEcc', name: 'Create + Load ECC', prepare: createAndLoad },
  { key: 'createRsa', name: 'Create RSA 2048, stock warm', prepare: createFromStock },
  { key: 'signEcdsa', name: 'Sign ECDSA', prepare: withKey('ECC', false, tpm.sign) },
  { key: 'quoteRsa', name: 'Quote RSA', prepare: withKey('RSA', true, tpm.quote) },
];

/** Commands over one connection, in turns with the other servers. */
export const COMMANDS: readonly Measure[] = CASES.map((one) => ({
  name: one.name,
  run: (context) => measure(one, context),
}));

async function measure(
  { key, name, prepare, floor }: Case,
  { stemma, swtpm, echo, folder, isQuick }: Context,
): Promise<readonly Line[]> {
  const connections: Connection[] = [];
  const open = async ({ port }: { readonly port: number }): Promise<Connection> => {
    const at = await Connection.open(port);
    connections.push(at);
    return at;
  };
  const started = async (server: { readonly port: number }): Promise<Subject> => {
    const at = await open(server);
    await at.exchange(tpm.STARTUP);
    return prepare(at);
  };
  const disk = floor === 'disk' ? openDisk(join(folder, 'fdatasync')) : null;
  const subjects = {
    ours: await started(stemma),
    theirs: swtpm === null ? null : await started(swtpm),
    floor: floor === 'echo' ? await prepare(await open(echo)) : disk,
  };
  const present = Object.values(subjects).filter((subject) => subject !== null);
  const inTurn = () => inTurns(present, isQuick ? FOR_MS_QUICK : FOR_MS);
  const timings = await inTurn();
  const alone = floor === 'echo' ? await onOneCore(inTurn) : null;
  for (const { end } of present) await end?.();
  for (const at of connections) at.close();
  disk?.close();
  const against = swtpm === null ? [] : ['swtpm'];
  const floors = floor === undefined ? [] : [floor === 'disk' ? 'fdatasync' : 'echo'];
  const others = [...against, ...floors];
  return [
    ...compared({ key, name }, timings, others),
    ...(alone === null
      ? []
      : compared({ key: `${key}.oneCore`, name: `${name}, on one core` }, alone, others)),
  ];
}

/** Our timing, which comes first, against each of the others. */
function compared(
  { key, name }: Title,
  [ours, ...theirs]: readonly Timing[],
  others: readonly string[],
): readonly Line[] {
  if (ours === undefined) throw new Error(`${name} was not measured`);
  if (others.length === 0) return [timed({ key, name }, ours)];
  return others.map((other, i) => {
    const title = other === 'swtpm' ? { key, name } : { key: `${key}.${other}`, name };
    return timed(title, ours, theirs[i], other);
  });
}

function plain(request: Uint8Array) {
  return (at: Connection): Promise<Subject> =>
    Promise.resolve({ once: () => at.exchange(request) });
}

function extend(at: Connection): Promise<Subject> {
  let octet = 0;
  const once = (): Promise<unknown> => {
    octet = (octet + 1) & 0xff;
    return at.send(tpm.pcrExtend(octet));
  };
  return Promise.resolve({ once });
}

async function defined(at: Connection, nvIndex: number, isCounter: boolean): Promise<void> {
  await at.exchange(tpm.nvUndefine(nvIndex));
  await at.send(tpm.nvDefine(nvIndex, isCounter, isCounter ? NO_AUTH : AUTH));
}

async function increment(at: Connection): Promise<Subject> {
  await defined(at, COUNTER, true);
  return { once: () => at.send(tpm.nvIncrement(COUNTER)) };
}

async function hmacRead(at: Connection): Promise<Subject> {
  await defined(at, DATA, false);
  await at.send(tpm.nvWrite(DATA, AUTH));
  const name = tpm.nameOfIndex(await at.send(tpm.nvReadPublic(DATA)));
  const once = async (): Promise<void> => {
    const started = await at.send(tpm.START_SESSION);
    await at.send(tpm.nvReadByHmac(DATA, name, AUTH, started));
  };
  return { once };
}

/** Flushes the key that was made last; the next time there is room for another one. */
function flushed(at: Connection, make: () => Promise<Uint8Array>): Subject {
  let handle = 0;
  return {
    once: async () => {
      handle = tpm.handleOf(await make());
    },
    after: () => at.send(tpm.flush(handle)),
  };
}

/** A primary key: another one each time, or always the same. */
function primary(type: 'ECC' | 'RSA', isAnother: boolean) {
  return (at: Connection): Promise<Subject> => {
    let unique = Math.floor(Math.random() * 2 ** 30);
    const make = (): Promise<Uint8Array> => {
      if (isAnother) unique += 1;
      return at.send(tpm.createPrimary(tpm.storageKey(type, unique)));
    };
    return Promise.resolve(flushed(at, make));
  };
}

async function createAndLoad(at: Connection): Promise<Subject> {
  const made = await at.send(tpm.createPrimary(tpm.storageKey('ECC', 1)));
  const parent = tpm.handleOf(made);
  const publicArea = tpm.signingKey('ECC', false);
  return flushed(at, async () => {
    const created = await at.send(tpm.create(parent, publicArea));
    return at.send(tpm.load(parent, created));
  });
}

/** Keys that are asked for now and then, so that one is ready each time. */
async function createFromStock(at: Connection): Promise<Subject> {
  const made = await at.send(tpm.createPrimary(tpm.storageKey('ECC', 1)));
  const parent = tpm.handleOf(made);
  const request = tpm.create(parent, tpm.signingKey('RSA', false));
  const once = (): Promise<unknown> => at.send(request);
  const after = (): Promise<unknown> => setTimeout(RESTOCKED_MS);
  await once();
  await after();
  return { once, after, end: () => at.send(tpm.flush(parent)) };
}

function withKey(type: 'ECC' | 'RSA', isRestricted: boolean, request: (key: number) => Uint8Array) {
  return async (at: Connection): Promise<Subject> => {
    const made = await at.send(tpm.createPrimary(tpm.signingKey(type, isRestricted)));
    const octets = request(tpm.handleOf(made));
    return { once: () => at.send(octets) };
  };
}
