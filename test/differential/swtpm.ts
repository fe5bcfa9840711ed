import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signal } from '../../domain/processor/signals.ts';
import { concat, u32 } from '../../domain/structures/octets.ts';

const HEADER_SIZE = 10;
/** Control commands of swtpm. */
const CONTROL = { INIT: 2, SET_LOCALITY: 5, HASH_START: 6, HASH_DATA: 7, HASH_END: 8 };
const TRIES_MAX = 300;

/** swtpm at two UNIX sockets in a folder of its own: commands, and what its platform tells it. */
export class Swtpm {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #data: Socket;
  #locality = 0;

  private constructor(child: ChildProcess, folder: string, data: Socket) {
    this.#child = child;
    this.#folder = folder;
    this.#data = data;
  }

  static async start(): Promise<Swtpm> {
    const folder = await mkdtemp(join(tmpdir(), 'stemma-swtpm-'));
    const [data, control] = [join(folder, 'data'), join(folder, 'control')];
    const places = [
      '--server',
      `type=unixio,path=${data}`,
      '--ctrl',
      `type=unixio,path=${control}`,
    ];
    const state = ['--tpmstate', `dir=${folder}`, '--flags', 'not-need-init'];
    const child = spawn('swtpm', ['socket', '--tpm2', ...state, ...places], { stdio: 'ignore' });
    return new Swtpm(child, folder, await opened(data));
  }

  async close(): Promise<void> {
    this.#data.destroy();
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill();
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Sends a command; gives the response. */
  send(request: Uint8Array): Promise<Uint8Array> {
    return exchanged(this.#data, request, (octets) =>
      octets.length < HEADER_SIZE ? HEADER_SIZE : octets.readUInt32BE(2),
    );
  }

  /** From now on commands come from this locality. */
  async setLocality(locality: number): Promise<void> {
    if (locality === this.#locality) return;
    await this.#control(CONTROL.SET_LOCALITY, new Uint8Array([locality]));
    this.#locality = locality;
  }

  /** What the platform tells; power that goes is noticed when it comes back. */
  async indicate(signal: Signal): Promise<void> {
    switch (signal.type) {
      case 'PowerOff':
        return;
      case 'Init':
        return this.#control(CONTROL.INIT, u32(0));
      case 'HashStart':
        return this.#control(CONTROL.HASH_START, new Uint8Array(0));
      case 'HashData':
        return this.#control(CONTROL.HASH_DATA, concat(u32(signal.data.length), signal.data));
      case 'HashEnd':
        return this.#control(CONTROL.HASH_END, new Uint8Array(0));
      default:
        throw new Error(`swtpm cannot be told of ${signal.type}`);
    }
  }

  async #control(code: number, body: Uint8Array): Promise<void> {
    const control = await opened(join(this.#folder, 'control'));
    await exchanged(control, concat(u32(code), body), () => 4);
    control.destroy();
  }
}

/** Connects once somebody listens. */
async function opened(path: string): Promise<Socket> {
  for (let tries = 1; ; tries += 1) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (tries === TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Writes a request and reads until there is as much as `sizeOf` says. */
function exchanged(
  socket: Socket,
  request: Uint8Array,
  sizeOf: (octets: Buffer) => number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = (): void => {
      socket.off('data', receive);
      socket.off('close', fail);
    };
    const fail = (): void => {
      settle();
      reject(new Error('swtpm closed the connection'));
    };
    const receive = (octets: Buffer): void => {
      received = Buffer.concat([received, octets]);
      if (received.length < sizeOf(received)) return;
      settle();
      resolve(received);
    };
    socket.on('data', receive);
    socket.on('close', fail);
    socket.write(request);
  });
}
