import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '../infrastructure/cli/engineClient.ts';
import { EngineProcess } from '../infrastructure/demo/engineProcess.ts';
import { Connection } from './connection.ts';

/** A server that is measured: TPM commands at a port of loopback. */
export type Server = {
  readonly name: string;
  readonly port: number;
  readonly close: () => Promise<void>;
};

const TRIES_MAX = 200;

/** A pair of ports that nobody uses at the moment. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 6000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (child.exitCode !== null) throw new Error('swtpm ended before it could be measured');
    try {
      (await Connection.open(port)).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error('swtpm does not listen');
}

const CHILDREN = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of CHILDREN) child.kill();
});

/** Sees to it that a child does not outlive this process, however that ends. */
export function endsWithUs(child: ChildProcess): void {
  CHILDREN.add(child);
  child.once('exit', () => CHILDREN.delete(child));
}

/** Ends a child, if it has not ended yet. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** swtpm with a state folder of its own. */
export async function startSwtpm(): Promise<Server> {
  const state = await mkdtemp(join(tmpdir(), 'stemma-bench-swtpm-'));
  const port = await freePorts();
  const place = (number: number): string => `type=tcp,port=${number},bindaddr=127.0.0.1`;
  const child = spawn(
    'swtpm',
    [
      ...['socket', '--tpm2', '--tpmstate', `dir=${state}`],
      ...['--server', place(port), '--ctrl', place(port + 1)],
      ...['--flags', 'not-need-init,startup-clear'],
    ],
    { stdio: 'ignore' },
  );
  endsWithUs(child);
  await reachable(port, child);
  return {
    name: 'swtpm',
    port,
    close: async () => {
      await ended(child);
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** An engine with a machine that is switched on, on the store that it has by default. */
export async function startStemma(): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'stemma-bench-'));
  const engine = await EngineProcess.start(data);
  const port = await openMachine(new EngineClient(data), 'bench');
  return {
    name: 'Stemma',
    port,
    close: async () => {
      await engine.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Makes a machine, switches it on, and opens an endpoint; gives its port. */
export async function openMachine(client: EngineClient, name: string): Promise<number> {
  await client.post('/machines', { name });
  await client.post(`/machines/${name}/power`, { state: 'on' });
  const { listen } = await client.post<{ readonly listen: string }>(`/machines/${name}/endpoints`, {
    protocol: 'swtpm',
    listen: 'tcp:127.0.0.1:0',
  });
  return Number(listen.split(':').at(-1));
}

const ECHO = `
  const response = Buffer.from('80010000001c000000000010' + '00'.repeat(16), 'hex');
  const server = require('node:net').createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(response));
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

/** A Node.js server that answers whatever comes with the same octets: the floor of any server. */
export async function startEcho(): Promise<Server> {
  const child = spawn(process.execPath, ['-e', ECHO], { stdio: ['ignore', 'pipe', 'ignore'] });
  endsWithUs(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    name: 'echo',
    port: Number(line.toString()),
    close: () => ended(child),
  };
}
