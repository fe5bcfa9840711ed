import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toHex } from '../../../domain/structures/octets.ts';
import { adoptSocket } from '../../../infrastructure/reception/adoptSocket.ts';
import { until } from './client.ts';
import type { Server, Socket } from 'node:net';

/** An accepted connection that is still paused, and its client. */
async function accepted(): Promise<{ readonly socket: Socket; readonly client: Socket }> {
  const server: Server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  server.close();
  onTestFinished(() => void client.destroy());
  return { socket, client };
}

describe('an adopted socket', () => {
  it('hands over views of one buffer, and writes and ends as any socket', async () => {
    const { socket, client } = await accepted();
    const received: string[] = [];
    const buffers = new Set<ArrayBufferLike>();
    const adopted = adoptSocket(socket, (octets) => {
      received.push(toHex(octets));
      buffers.add(octets.buffer);
    });
    for (const octet of [1, 2, 3]) {
      client.write(new Uint8Array([octet]));
      await until(() => received.length === octet);
    }
    expect(received).toEqual(['01', '02', '03']);
    expect(buffers.size).toBe(1);
    client.end();
    await once(adopted, 'end');
    adopted.end(new Uint8Array([4]));
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect(answer.toString('hex')).toBe('04');
  });

  it('stops and goes on reading', async () => {
    const { socket, client } = await accepted();
    let received = 0;
    const adopted = adoptSocket(socket, (octets) => {
      received += octets.length;
      adopted.pause();
    });
    client.write(new Uint8Array(8192 + 1));
    await until(() => received === 8192);
    adopted.resume();
    await until(() => received === 8193);
    adopted.destroy();
  });

  it('reads through events where there is no handle to take', () => {
    const stream = new PassThrough();
    const received: string[] = [];
    const adopted = adoptSocket(stream as unknown as Socket, (octets) =>
      received.push(toHex(octets)),
    );
    expect(adopted).toBe(stream);
    stream.write(new Uint8Array([1, 2]));
    expect(received).toEqual(['0102']);
  });
});
