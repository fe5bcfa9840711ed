import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Signal } from '../../domain/processor/signals.ts';
import { concat, u32 } from '../../domain/structures/octets.ts';

const HEADER_SIZE = 10;
/** The size of what a control command is answered when there is no more to say. */
const RESULT_SIZE = 4;
/** Control commands of swtpm. */
const CONTROL = {
  INIT: 2,
  SET_LOCALITY: 5,
  HASH_START: 6,
  HASH_DATA: 7,
  HASH_END: 8,
  GET_STATEBLOB: 12,
  SET_STATEBLOB: 13,
  STOP: 14,
};
/** The kinds of state that make a running TPM: what persists, and what does not. */
const STATE_KINDS = [1, 2];
/** An INIT that takes up the volatile state of a running TPM, once. */
const DELETE_VOLATILE = 1;
const TRIES_MAX = 300;

/** All state of a running swtpm. */
export type SwtpmState = readonly Uint8Array[];

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
        await this.#control(CONTROL.INIT, u32(0));
        return;
      case 'HashStart':
        await this.#control(CONTROL.HASH_START, new Uint8Array(0));
        return;
      case 'HashData':
        await this.#control(CONTROL.HASH_DATA, concat(u32(signal.data.length), signal.data));
        return;
      case 'HashEnd':
        await this.#control(CONTROL.HASH_END, new Uint8Array(0));
        return;
      default:
        throw new Error(`swtpm cannot be told of ${signal.type}`);
    }
  }

  /** All state, as one would take it to another host. */
  async state(): Promise<SwtpmState> {
    const kinds: Uint8Array[] = [];
    for (const kind of STATE_KINDS) {
      const answer = await this.#control(
        CONTROL.GET_STATEBLOB,
        concat(u32(0), u32(kind), u32(0)),
        (octets) => (octets.length < 16 ? 16 : 16 + octets.readUInt32BE(12)),
      );
      kinds.push(answer.subarray(16));
    }
    return kinds;
  }

  /** Goes on from a state that was taken before. */
  async restore(state: SwtpmState): Promise<void> {
    await this.#control(CONTROL.STOP, new Uint8Array(0));
    for (const [i, kind] of STATE_KINDS.entries()) {
      const octets = state[i] ?? new Uint8Array(0);
      const head = concat(u32(0), u32(kind), u32(octets.length));
      await this.#control(CONTROL.SET_STATEBLOB, concat(head, octets));
    }
    await this.#control(CONTROL.INIT, u32(DELETE_VOLATILE));
  }

  async #control(
    code: number,
    body: Uint8Array,
    sizeOf: (octets: Buffer) => number = () => RESULT_SIZE,
  ): Promise<Uint8Array> {
    const control = await opened(join(this.#folder, 'control'));
    const answer = await exchanged(control, concat(u32(code), body), sizeOf);
    control.destroy();
    return answer;
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
