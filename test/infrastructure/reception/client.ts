import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { openEndpoint } from '../../../infrastructure/reception/endpoint.ts';
import { parsePlace } from '../../../infrastructure/reception/place.ts';
import { RecordingPort, octets } from './recordingPort.ts';
import type {
  Endpoint,
  EndpointOptions,
  Protocol,
} from '../../../infrastructure/reception/endpoint.ts';

/** A client of an endpoint: what it received, in hexadecimal digits. */
export class Client {
  readonly socket: Socket;
  #received = '';
  #hasEnded = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => (this.#received += chunk.toString('hex')));
    socket.on('close', () => (this.#hasEnded = true));
    socket.on('error', () => undefined);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends octets and returns when the kernel has them. */
  async send(hex: string): Promise<void> {
    await new Promise((resolve) => this.socket.write(octets(hex), resolve));
  }

  /** The next octets, as many as asked for. */
  async receive(size: number): Promise<string> {
    await until(() => this.#received.length >= 2 * size || this.#hasEnded);
    const taken = this.#received.slice(0, 2 * size);
    this.#received = this.#received.slice(2 * size);
    return taken;
  }

  /** Everything that comes until the server closes. */
  async receiveAll(): Promise<string> {
    await until(() => this.#hasEnded);
    return this.receive(this.#received.length / 2);
  }

  /** Sends octets, and returns the answer of so many octets. */
  async ask(hex: string, size: number): Promise<string> {
    await this.send(hex);
    return this.receive(size);
  }

  /** Closes at once and returns when the socket is gone. */
  async vanish(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.resetAndDestroy();
    await closed;
  }
}

/** Connects to where an endpoint says that it listens. */
export async function connectTo(listen: string): Promise<Client> {
  const place = parsePlace(listen);
  const socket = connect(
    place.family === 'tcp' ? { host: place.host, port: place.port } : { path: place.path },
  );
  const client = new Client(socket);
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return client;
}

/**
 * All that a place answers to a client which sends these parts and then ends. Between the parts the
 * server has time to accept and read, so that they arrive apart.
 */
export async function exchange(listen: string, ...parts: readonly string[]): Promise<string> {
  const client = await connectTo(listen);
  for (const part of parts) {
    await client.send(part);
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  }
  client.socket.end();
  return client.receiveAll();
}

/** An endpoint on a free pair of loopback ports and the port behind it; closed with the test. */
export async function opened(
  protocol: Protocol,
  options: Partial<EndpointOptions> = {},
): Promise<{ readonly endpoint: Endpoint; readonly port: RecordingPort }> {
  const port = new RecordingPort();
  const endpoint = await openEndpoint({ protocol, listen: 'tcp:127.0.0.1:0', port, ...options });
  onTestFinished(() => endpoint.close());
  return { endpoint, port };
}

/** Lets input and output happen until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
