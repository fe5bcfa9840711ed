import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WAITING_MAX } from '../../../infrastructure/reception/listener.ts';
import { openEndpoint } from '../../../infrastructure/reception/endpoint.ts';
import { EndpointError, parsePlace } from '../../../infrastructure/reception/place.ts';
import { connectTo, exchange, opened, until } from './client.ts';
import { ANSWER, COMMAND, RecordingPort, octets } from './recordingPort.ts';
import type { Client } from './client.ts';

/** A loopback address where no other test and no client takes ports in between. */
const ADDRESS = '127.0.0.2';

function portOf(listen: string): number {
  const place = parsePlace(listen);
  return place.family === 'tcp' ? place.port : 0;
}

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reception-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'tpm');
}

/** Leaves the socket of a process that ended without tidying up. */
function leaveSocket(path: string): void {
  const program = `const server = require('node:net').createServer();
    server.listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'));`;
  spawnSync(process.execPath, ['-e', program, path]);
  expect(statSync(path).isSocket()).toBe(true);
}

describe('an endpoint', () => {
  it.each(['swtpm', 'mssim'] as const)('of %s finds a free pair of ports', async (protocol) => {
    const endpoints = await Promise.all(Array.from({ length: 20 }, () => opened(protocol)));
    const ports = endpoints.map(({ endpoint }) => portOf(endpoint.listen));
    expect(endpoints.map(({ endpoint }) => portOf(endpoint.controlListen))).toEqual(
      ports.map((port) => port + 1),
    );
    expect(new Set([...ports, ...ports.map((port) => port + 1)]).size).toBe(40);
  });

  it('listens at the port it is told, and names it when it is in use', async () => {
    const { endpoint } = await opened('swtpm', { listen: `tcp:${ADDRESS}:0` });
    const { listen } = endpoint;
    const again = { protocol: 'swtpm', listen, port: new RecordingPort() } as const;
    await expect(openEndpoint(again)).rejects.toThrow(EndpointError);
    await expect(openEndpoint(again)).rejects.toThrow(
      `Port ${portOf(listen)} of ${ADDRESS} is in use.`,
    );
    await endpoint.close();
    const second = await openEndpoint(again);
    onTestFinished(() => second.close());
    expect([second.listen, second.controlListen]).toEqual([listen, endpoint.controlListen]);
  });

  it('gives the first port back when the second is in use', async () => {
    const taken = createServer().listen(0, ADDRESS);
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const listen = `tcp:${ADDRESS}:${port - 1}`;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(
        openEndpoint({ protocol: 'swtpm', listen, port: new RecordingPort() }),
      ).rejects.toThrow(`Port ${port} of ${ADDRESS} is in use.`);
    }
  });

  it('is for this machine only unless it is told otherwise', async () => {
    const port = new RecordingPort();
    const remote = { protocol: 'swtpm', listen: 'tcp:0.0.0.0:0', port } as const;
    await expect(openEndpoint(remote)).rejects.toThrow(
      'tcp:0.0.0.0:0 can be reached from other machines, which must be allowed explicitly.',
    );
    const endpoint = await openEndpoint({ ...remote, allowRemote: true });
    onTestFinished(() => endpoint.close());
    expect(endpoint.listen).toMatch(/^tcp:0\.0\.0\.0:\d+$/);
  });

  it('takes host names and IPv6', async () => {
    const named = await opened('swtpm', { listen: 'tcp:localhost:0' });
    expect(await exchange(named.endpoint.listen, COMMAND)).toBe(ANSWER);
    const six = await opened('swtpm', { listen: 'tcp:[::1]:0' });
    expect(six.endpoint.listen).toMatch(/^tcp:\[::1\]:\d+$/);
    expect(await exchange(six.endpoint.listen, COMMAND)).toBe(ANSWER);
  });

  it('refuses an address of another machine, and mssim at a path', async () => {
    const port = new RecordingPort();
    const listen = 'tcp:192.0.2.1:0';
    await expect(
      openEndpoint({ protocol: 'mssim', listen, port, allowRemote: true }),
    ).rejects.toThrow('192.0.2.1 is not an address of this machine.');
    await expect(openEndpoint({ protocol: 'mssim', listen: 'unix:/tmp/x', port })).rejects.toThrow(
      'The protocol mssim knows TCP only: use tcp:HOST:PORT.',
    );
  });
});

describe('an endpoint at a path', () => {
  it('is open to its owner only, and leaves nothing behind', async () => {
    const path = temporaryPath();
    const { endpoint } = await opened('swtpm', { listen: `unix:${path}` });
    expect([endpoint.listen, endpoint.controlListen]).toEqual([
      `unix:${path}`,
      `unix:${path}.ctrl`,
    ]);
    for (const one of [path, `${path}.ctrl`]) expect(statSync(one).mode & 0o777).toBe(0o600);
    expect(await exchange(endpoint.controlListen, '0000000502')).toBe('00000000');
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
    await endpoint.close();
    for (const one of [path, `${path}.ctrl`]) {
      expect(statSync(one, { throwIfNoEntry: false })).toBeUndefined();
    }
  });

  it('does not change the mode of files made later', async () => {
    const path = temporaryPath();
    writeFileSync(`${path}.before`, '');
    await opened('swtpm', { listen: `unix:${path}` });
    writeFileSync(`${path}.after`, '');
    expect(statSync(`${path}.after`).mode).toBe(statSync(`${path}.before`).mode);
  });

  it('takes the place of a process that is gone', async () => {
    const path = temporaryPath();
    leaveSocket(path);
    leaveSocket(`${path}.ctrl`);
    const { endpoint } = await opened('swtpm', { listen: `unix:${path}` });
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
  });

  it('does not take the place of a running program', async () => {
    const path = temporaryPath();
    const { endpoint } = await opened('swtpm', { listen: `unix:${path}` });
    await expect(opened('swtpm', { listen: `unix:${path}` })).rejects.toThrow(
      `unix:${path} is in use by a running program (connected).`,
    );
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
  });

  it('does not remove a file that is no socket, and gives the first place back', async () => {
    const path = temporaryPath();
    writeFileSync(`${path}.ctrl`, '');
    await expect(opened('swtpm', { listen: `unix:${path}` })).rejects.toThrow(
      `${path}.ctrl exists and is not a socket.`,
    );
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says so when the folder is not there', async () => {
    await expect(opened('swtpm', { listen: 'unix:/nowhere/at/all' })).rejects.toThrow(
      'The folder of /nowhere/at/all does not exist or may not be written to.',
    );
  });
});

describe('the clients of an endpoint', () => {
  it('are served one at a time; the next one when the first closes', async () => {
    const { endpoint, port } = await opened('swtpm');
    const [first, second, third] = [
      await connectTo(endpoint.listen),
      await connectTo(endpoint.listen),
      await connectTo(endpoint.listen),
    ];
    await second.send(COMMAND);
    await third.send(COMMAND);
    expect(await first.ask(COMMAND, 22)).toBe(ANSWER);
    await until(() => endpoint.connections() === 3);
    expect(port.commands).toHaveLength(1);
    first.socket.end();
    expect(await second.receive(22)).toBe(ANSWER);
    expect(port.commands).toHaveLength(2);
    await second.vanish();
    expect(await third.receive(22)).toBe(ANSWER);
    third.socket.end();
    await until(() => endpoint.connections() === 0);
  });

  it('wait on one channel without holding up the other', async () => {
    const { endpoint } = await opened('mssim');
    await connectTo(endpoint.listen);
    expect(await exchange(endpoint.controlListen, '0000000b')).toBe('00000000');
  });

  it('may have gone before it is their turn', async () => {
    const { endpoint, port } = await opened('swtpm');
    const first = await connectTo(endpoint.listen);
    const second = await connectTo(endpoint.listen);
    await until(() => endpoint.connections() === 2);
    await second.vanish();
    expect(await first.ask(COMMAND, 22)).toBe(ANSWER);
    first.socket.end();
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
    expect(port.commands).toHaveLength(2);
  });

  it('are turned away when too many wait', async () => {
    const { endpoint } = await opened('swtpm');
    const clients: Client[] = [];
    for (let count = 0; count <= WAITING_MAX; count += 1) {
      clients.push(await connectTo(endpoint.listen));
    }
    await until(() => endpoint.connections() === WAITING_MAX + 1);
    const late = await connectTo(endpoint.listen);
    expect(await late.receiveAll()).toBe('');
    expect(endpoint.connections()).toBe(WAITING_MAX + 1);
    expect(clients.some(({ hasEnded }) => hasEnded)).toBe(false);
  });
});

describe('closing an endpoint', () => {
  it('turns idle and waiting clients away', async () => {
    const { endpoint } = await opened('swtpm');
    const clients = [
      await connectTo(endpoint.listen),
      await connectTo(endpoint.listen),
      await connectTo(endpoint.controlListen),
    ];
    await until(() => endpoint.connections() === 3);
    await endpoint.close();
    for (const client of clients) expect(await client.receiveAll()).toBe('');
    expect(endpoint.connections()).toBe(0);
    await endpoint.close();
  });

  it('finishes what is in flight, and its client has the answer', async () => {
    const { endpoint, port } = await opened('swtpm', { listen: `tcp:${ADDRESS}:0` });
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    port.respond = () => promise;
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND + COMMAND);
    await until(() => port.commands.length === 1);
    const onClosed = vi.fn();
    const closed = endpoint.close().then(onClosed);
    const late = await connectTo(endpoint.listen).catch(() => undefined);
    expect(late).toBeUndefined();
    expect(onClosed).not.toHaveBeenCalled();
    resolve(octets(ANSWER));
    expect(await client.receiveAll()).toBe(ANSWER);
    await closed;
    expect(port.commands).toHaveLength(1);
  });

  it('waits for a command whose client has vanished', async () => {
    const { endpoint, port } = await opened('swtpm', { listen: `tcp:${ADDRESS}:0` });
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    port.respond = () => promise;
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND);
    await until(() => port.commands.length === 1);
    await client.vanish();
    await until(() => endpoint.connections() === 0);
    const onClosed = vi.fn();
    const closed = endpoint.close().then(onClosed);
    await connectTo(endpoint.listen).catch(() => undefined);
    expect(onClosed).not.toHaveBeenCalled();
    resolve(octets(ANSWER));
    await closed;
  });
});
