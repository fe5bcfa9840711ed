import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { Guest } from '../../infrastructure/demo/guest.ts';
import {
  startEventStoreDbProcess,
  type EventStoreDbProcess,
} from '../support/eventStoreDbProcess.ts';

type Opened = { readonly listen: string };
type Shown = { readonly isRight: boolean; readonly events: number };

describe('an engine as a program on an EventStoreDB', () => {
  let folder: string;
  let server: EventStoreDbProcess | null = null;
  const engines: EngineProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stemma-'));
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.kill();
    await server?.kill();
    rmSync(folder, { recursive: true });
  });

  /** Starts the stand-in on what it kept before; gives its port. */
  async function startServer(port = 0): Promise<number> {
    server = await startEventStoreDbProcess({ port, file: join(folder, 'log') });
    return server.port;
  }

  async function startEngine(name: string, port: number): Promise<EngineProcess> {
    const url = `esdb://127.0.0.1:${port}?tls=false`;
    const engine = await EngineProcess.start(join(folder, name), '--store', url);
    engines.push(engine);
    return engine;
  }

  async function guestOf(engine: EngineProcess, machine: string): Promise<Guest> {
    const body = { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' };
    const { listen } = await engine.api<Opened>('POST', `/machines/${machine}/endpoints`, body);
    return Guest.connect(Number(listen.split(':').at(-1)));
  }

  test('keeps every acknowledged command when both are killed', async () => {
    const port = await startServer();
    let engine = await startEngine('data', port);
    await engine.api('POST', '/machines', { name: 'alpha' });
    await engine.api('POST', '/machines/alpha/power', { state: 'on' });
    let guest = await guestOf(engine, 'alpha');
    await guest.startup();
    for (let i = 0; i < 20; i += 1) await guest.extend(7, new Uint8Array(32).fill(i));
    await engine.api('POST', '/machines/alpha/clones', { name: 'beta' });
    const before = await guest.readPcr(7);
    guest.close();
    await engine.kill();
    await server?.kill();

    await startServer(port);
    engine = await startEngine('data', port);
    guest = await guestOf(engine, 'alpha');
    expect(await guest.readPcr(7)).toEqual(before);
    await server?.kill();
    await startServer(port);
    await guest.extend(7, new Uint8Array(32).fill(99));
    const copy = await guestOf(engine, 'beta');
    expect(await copy.readPcr(7)).toEqual(before);
    expect(await guest.readPcr(7)).not.toEqual(before);
    const found = await engine.api<Shown>('POST', '/verifications', { machine: null });
    expect(found.isRight).toBe(true);
    guest.close();
    copy.close();
    await engine.stop();
  });
});
