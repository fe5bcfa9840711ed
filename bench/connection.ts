import { connect, type Socket } from 'node:net';

const HEADER_SIZE = 10;

/** A connection to a TPM over which one command at a time is sent, as cheaply as Node.js can. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #answer: ((response: Uint8Array) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (octets) => {
      this.#receive(octets);
    });
    socket.on('close', () => this.#fail?.(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#fail?.(error));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  #receive(octets: Buffer): void {
    this.#received = this.#received.length === 0 ? octets : Buffer.concat([this.#received, octets]);
    if (this.#received.length < HEADER_SIZE) return;
    if (this.#received.length < this.#received.readUInt32BE(2)) return;
    const response = this.#received;
    this.#received = Buffer.alloc(0);
    this.#answer?.(response);
  }

  /** Sends a command; gives the response. */
  exchange(request: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
      this.#socket.write(request);
    });
  }

  /** Sends a command that must succeed; gives the response. */
  async send(request: Uint8Array): Promise<Uint8Array> {
    const response = await this.exchange(request);
    const code = Buffer.from(response.buffer, response.byteOffset).readUInt32BE(6);
    if (code !== 0) throw new Error(`the TPM answered 0x${code.toString(16)}`);
    return response;
  }

  close(): void {
    this.#fail = null;
    this.#socket.destroy();
  }
}
