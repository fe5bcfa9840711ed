import { Socket } from 'node:net';
import type { BoundSocket, SocketConstructorOpts } from 'node:net';

/** Large enough for any command with its envelope, so that a request is read at once. */
const CHUNK_SIZE = 8192;

/**
 * Reads from a paused accepted connection into one buffer of its own, and hands over views of it
 * which are valid during the call only. Use the returned socket instead of the accepted one.
 *
 * A server cannot ask for `onread` (only clients can), so a second socket takes the handle over, as
 * the cluster module does. It spares the allocation of 64 KiB and the stream machinery of every
 * read, about a tenth of a round trip. Where Node.js no longer shows the handle, ordinary `data`
 * events do the same.
 */
export function adoptSocket(accepted: Socket, receive: (octets: Uint8Array) => void): Socket {
  const handle = takeHandle(accepted);
  if (handle === undefined) return readPlainly(accepted, receive);
  const buffer = new Uint8Array(CHUNK_SIZE);
  const callback = (size: number): boolean => {
    receive(buffer.subarray(0, size));
    return true;
  };
  const options: SocketConstructorOpts = {
    handle,
    allowHalfOpen: true,
    onread: { buffer, callback },
  };
  return new Socket(options);
}

/** The typings know bound sockets only as handles; Node.js takes connected ones as well. */
function takeHandle(accepted: Socket): BoundSocket | undefined {
  const owner = accepted as unknown as { _handle?: BoundSocket | null };
  const handle = owner._handle;
  if (typeof handle !== 'object' || handle === null) return undefined;
  owner._handle = null;
  accepted.destroy();
  return handle;
}

function readPlainly(accepted: Socket, receive: (octets: Uint8Array) => void): Socket {
  accepted.on('data', (chunk: Buffer) => {
    receive(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
  });
  accepted.resume();
  return accepted;
}
