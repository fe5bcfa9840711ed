import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { Guest } from '../../infrastructure/demo/guest.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/infrastructure/cli/main.js', import.meta.url));

type Ended = { readonly code: number; readonly out: string; readonly err: string };

/** Runs the command line; gives its exit status and what it said. */
function stemma(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** A folder with two machines whose histories are whole, the heads of both, and their streams. */
let whole = '';
const streams: Record<string, string> = {};

beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), 'stemma-whole-'));
  const engine = await EngineProcess.start(whole);
  for (const name of ['victim', 'bystander']) {
    await engine.api('POST', '/machines', { name });
    await engine.api('POST', `/machines/${name}/power`, { state: 'on' });
    const guest = await Guest.connect(await portOf(engine, name));
    await guest.startup();
    for (let i = 1; i <= 12; i += 1) await guest.extend(7, new Uint8Array(32).fill(i));
    guest.close();
    type Shown = { readonly tpm: { readonly stream: string } };
    streams[name] = (await engine.api<Shown>('GET', `/machines/${name}`)).tpm.stream;
  }
  const exported = await stemma('heads', 'export', join(whole, 'heads'), '--data', whole);
  expect(exported).toMatchObject({ code: 0 });
  await engine.stop();
});

afterAll(() => rm(whole, { recursive: true, force: true }));

async function portOf(engine: EngineProcess, name: string): Promise<number> {
  const body = { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' };
  type Opened = { readonly listen: string };
  const { listen } = await engine.api<Opened>('POST', `/machines/${name}/endpoints`, body);
  return Number(listen.split(':').at(-1));
}

/** A copy of the folder, in which somebody has been at the database. */
async function tampered(sql: string): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'stemma-tampered-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  await cp(whole, data, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const database = new DatabaseSync(join(data, 'stemma.db'));
  const stream = `(SELECT id FROM streams WHERE name = '${streams['victim'] ?? ''}')`;
  database.exec(sql.replaceAll('STREAM', stream));
  database.close();
  return data;
}

function verify(data: string, ...args: readonly string[]): Promise<Ended> {
  return stemma('verify', '--all', '--store', `sqlite:${join(data, 'stemma.db')}`, ...args);
}

const EDITS: readonly (readonly [what: string, sql: string, named: RegExp])[] = [
  [
    'an edited event',
    `UPDATE events SET data = replace(data, 'a', 'b') WHERE stream = STREAM AND version = 6`,
    /\b6\b/,
  ],
  [
    'a dropped event',
    'DELETE FROM events WHERE stream = STREAM AND version = 6',
    /Event 7 .* an event before it is missing/,
  ],
  [
    'two swapped events',
    `UPDATE events SET version = 1000 WHERE stream = STREAM AND version = 6;
     UPDATE events SET version = 6 WHERE stream = STREAM AND version = 7;
     UPDATE events SET version = 7 WHERE stream = STREAM AND version = 1000`,
    /\b6\b/,
  ],
];

test('histories that nobody touched are whole', async () => {
  const { code, out } = await verify(whole, '--heads', join(whole, 'heads'));
  expect({ code, out }).toMatchObject({ code: 0 });
});

test.each(EDITS)('%s is named', async (_, sql, named) => {
  const data = await tampered(sql);
  const { code, out, err } = await verify(data);
  expect(code).toBe(1);
  const said = `${out}${err}`.split('\n').filter((line) => line.includes(streams['victim'] ?? '-'));
  expect(said.join('\n')).toMatch(named);
});

test('a cut history is whole by itself, and named against exported heads', async () => {
  const data = await tampered(`
    DELETE FROM events WHERE stream = STREAM AND version > 10;
    UPDATE streams SET version = 10 WHERE id = STREAM`);
  expect((await verify(data)).code).toBe(0);
  const { code, out, err } = await verify(data, '--heads', join(data, 'heads'));
  expect(code).toBe(1);
  expect(`${out}${err}`).toMatch(/is cut/);
});

test('a damaged machine is refused, and the others are served', async () => {
  const data = await tampered(EDITS[0]?.[1] ?? '');
  await rm(join(data, 'mementos.db'), { force: true });
  const engine = await EngineProcess.start(data);
  onTestFinished(() => engine.stop());
  const bystander = await Guest.connect(await portOf(engine, 'bystander'));
  expect((await bystander.readPcr(7)).length).toBe(32);
  bystander.close();
  await expect(engine.api('GET', '/machines/victim')).rejects.toThrow(/\b6\b/);
});
