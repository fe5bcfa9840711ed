import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Signal } from '../../domain/processor/signals.ts';
import { concat, u32 } from '../../domain/structures/octets.ts';
import type { Target } from '../differential/twin.ts';

/** Requests of the Microsoft simulator's protocol, on its command port and on its platform port. */
const COMMAND = { HASH_START: 5, HASH_DATA: 6, HASH_END: 7, SEND_COMMAND: 8 };
const PLATFORM = { POWER_ON: 1, POWER_OFF: 2, PRESENT: 3, ABSENT: 4, NV_ON: 11, NV_OFF: 12 };
const RESET = 17;
const ACKNOWLEDGEMENT_SIZE = 4;

/** A TPM behind an endpoint that speaks like the Microsoft simulator. */
export class SimulatorTarget implements Target {
  readonly #command: Socket;
  readonly #platform: Socket;
  #locality = 0;

  private constructor(command: Socket, platform: Socket) {
    this.#command = command;
    this.#platform = platform;
  }

  /** Connects to the command port on loopback, and to the platform's beside it. */
  static async connect(port: number): Promise<SimulatorTarget> {
    return new SimulatorTarget(await opened(port), await opened(port + 1));
  }

  setLocality(locality: number): Promise<void> {
    this.#locality = locality;
    return Promise.resolve();
  }

  async send(request: Uint8Array): Promise<Uint8Array> {
    const head = concat(u32(COMMAND.SEND_COMMAND), new Uint8Array([this.#locality]));
    const frame = concat(head, u32(request.length), request);
    const answered = await exchanged(this.#command, frame, (octets) =>
      octets.length < 4 ? 4 : 4 + octets.readUInt32BE(0) + ACKNOWLEDGEMENT_SIZE,
    );
    return answered.subarray(4, answered.length - ACKNOWLEDGEMENT_SIZE);
  }

  async indicate(signal: Signal): Promise<void> {
    switch (signal.type) {
      case 'Init':
        await this.#tell(this.#platform, PLATFORM.POWER_ON);
        return this.#tell(this.#platform, RESET);
      case 'PowerOff':
        return this.#tell(this.#platform, PLATFORM.POWER_OFF);
      case 'PhysicalPresence':
        return this.#tell(this.#platform, signal.isAsserted ? PLATFORM.PRESENT : PLATFORM.ABSENT);
      case 'NvAvailable':
        return this.#tell(this.#platform, signal.isAvailable ? PLATFORM.NV_ON : PLATFORM.NV_OFF);
      case 'HashStart':
        return this.#tell(this.#command, COMMAND.HASH_START);
      case 'HashData':
        return this.#tell(this.#command, COMMAND.HASH_DATA, u32(signal.data.length), signal.data);
      case 'HashEnd':
        return this.#tell(this.#command, COMMAND.HASH_END);
      default:
        throw new Error(`a simulator cannot be told of ${signal.type}`);
    }
  }

  close(): Promise<void> {
    this.#command.destroy();
    this.#platform.destroy();
    return Promise.resolve();
  }

  async #tell(socket: Socket, code: number, ...body: readonly Uint8Array[]): Promise<void> {
    await exchanged(socket, concat(u32(code), ...body), () => ACKNOWLEDGEMENT_SIZE);
  }
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Writes a request and reads until there is as much as `sizeOf` says. */
async function exchanged(
  socket: Socket,
  request: Uint8Array,
  sizeOf: (octets: Buffer) => number,
): Promise<Uint8Array> {
  socket.write(request);
  let received = Buffer.alloc(0);
  while (received.length < sizeOf(received)) {
    const [octets] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, octets]);
  }
  return received;
}
