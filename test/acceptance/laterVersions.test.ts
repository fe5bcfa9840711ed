import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { splitLink } from '../../domain/engine/chain.ts';
import { enclose } from '../../domain/engine/envelope.ts';
import { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { Guest } from '../../infrastructure/demo/guest.ts';
import { openStore } from '../../infrastructure/store/openStore.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/infrastructure/cli/main.js', import.meta.url));
/** Many programs are started, one after the other. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const FACT = { type: 'MoonPhaseMeasured', phase: 3 };

type Ended = { readonly code: number; readonly out: string; readonly err: string };

function stemma(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args, '--data', data], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

let data = '';
let engine: EngineProcess;
/** The stream of the TPM that a later version went on with, and its version since. */
let stream = '';
let version = 0;

async function opened(name: string): Promise<number> {
  const body = { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' };
  type Opened = { readonly listen: string };
  const { listen } = await engine.api<Opened>('POST', `/machines/${name}/endpoints`, body);
  return Number(listen.split(':').at(-1));
}

async function withStore<T>(work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>) {
  const store = await openStore(`sqlite:${join(data, 'stemma.db')}`);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Appends what this version does not know, as it would be appended by one that does. */
async function appendLater(): Promise<void> {
  await withStore(async (store) => {
    const last = await store.last(stream);
    const link = splitLink(last?.metadata ?? '')?.link ?? '';
    const head = { version: last?.version ?? 0, link };
    const batch = { facts: [FACT], atMs: Date.now() };
    const { events } = enclose(stream, head, batch, null, () => crypto.randomUUID());
    await store.append(stream, head.version, events);
    version = head.version + 1;
  });
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'stemma-later-'));
  engine = await EngineProcess.start(data);
  for (const name of ['visited', 'bystander']) {
    await engine.api('POST', '/machines', { name });
    await engine.api('POST', `/machines/${name}/power`, { state: 'on' });
    const guest = await Guest.connect(await opened(name));
    await guest.startup();
    await guest.extend(7, new Uint8Array(32).fill(1));
    guest.close();
  }
  type Shown = { readonly tpm: { readonly stream: string } };
  ({ stream } = (await engine.api<Shown>('GET', '/machines/visited')).tpm);
  await engine.stop();
  await appendLater();
  engine = await EngineProcess.start(data);
});

afterAll(async () => {
  await engine.stop();
  await rm(data, { recursive: true, force: true });
});

const SENTENCE = /is a MoonPhaseMeasured, which this version does not know: .* but not run/;

test('the others are served', async () => {
  const guest = await Guest.connect(await opened('bystander'));
  await guest.extend(7, new Uint8Array(32).fill(2));
  expect((await guest.readPcr(7)).length).toBe(32);
  guest.close();
});

test('it is refused with one sentence, however it is asked for', async () => {
  await expect(engine.api('GET', '/machines/visited')).rejects.toThrow(SENTENCE);
  await expect(opened('visited')).rejects.toThrow(SENTENCE);
  for (const asked of [
    ['machine', 'power', 'visited', 'reset'],
    ['machine', 'snapshot', 'visited', 'now'],
    ['machine', 'clone', 'visited', 'copy'],
    ['machine', 'retire', 'visited'],
    ['inspect', 'visited'],
  ]) {
    const { code, err } = await stemma(...asked);
    expect(code, err).not.toBe(0);
    expect(err).toMatch(SENTENCE);
  }
});

test('its history, its state before and its chain can be looked at', async () => {
  const { code, out } = await stemma('history', 'visited', '--json');
  expect(code).toBe(0);
  expect(out).toMatch(/"type":"PcrExtended"/);
  expect(out).toMatch(/"type":"MoonPhaseMeasured","data":\{"phase":3\}/);
  const before = await stemma('inspect', 'visited', '--at', String(version - 1), '--json');
  expect(before).toMatchObject({ code: 0 });
  expect(before.out).toMatch(/"pcrs"/);
  const at = await stemma('inspect', 'visited', '--at', String(version));
  expect(at.err).toMatch(SENTENCE);
  expect(await stemma('verify', '--all')).toMatchObject({ code: 0 });
});

test('nothing was appended to it', async () => {
  await engine.stop();
  const last = await withStore((store) => store.last(stream));
  expect(last).toMatchObject({ type: FACT.type, version });
  engine = await EngineProcess.start(data);
});
