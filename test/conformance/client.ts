import { COMMANDS } from '../../domain/commands/index.ts';
import type { Command } from '../../domain/commands/command.ts';
import type { Signal } from '../../domain/processor/signals.ts';
import { concat, toHex } from '../../domain/structures/octets.ts';
import { Reader } from '../../domain/structures/wire.ts';
import { attestLeaves, leavesOf, type Leaf } from './leaves.ts';
import { requestOctets, type ClientSession, type Request } from './request.ts';
import type { Side } from './side.ts';
import { bigEndian } from './wire.ts';

/** Something that happens to a TPM: a command, or what the platform tells. */
export type Step = Request | Signal;

/** What a step was answered: the response code, and what the response says, leaf by leaf. */
export type Answer = { readonly code: number; readonly leaves: readonly Leaf[] };

const HEADER_SIZE = 10;
const SESSIONS = 0x8002;
/** The first use of dictionary attack protection is answered so once. */
const RETRY = 0x922;
const START_AUTH_SESSION = 0x176;
const HASHES = { 0x04: 'SHA1', 0x0b: 'SHA256', 0x0c: 'SHA384', 0x0d: 'SHA512' } as const;

const BY_CODE: ReadonlyMap<number, Command> = new Map(COMMANDS.map((row) => [row.code, row]));

/** What a client and its TPM know at a moment. */
export type Moment = {
  readonly state: unknown;
  readonly given: ReadonlyMap<string, Uint8Array>;
  readonly sessions: ReadonlyMap<number, ClientSession>;
};

/** Drives one TPM through steps, and remembers what it gave out. */
export class Client {
  readonly #side: Side;
  #given = new Map<string, Uint8Array>();
  #sessions = new Map<number, ClientSession>();

  constructor(side: Side) {
    this.#side = side;
  }

  async save(): Promise<Moment> {
    const state = await this.#side.save();
    return { state, given: new Map(this.#given), sessions: new Map(this.#sessions) };
  }

  async restore({ state, given, sessions }: Moment): Promise<void> {
    await this.#side.restore(state);
    this.#given = new Map(given);
    this.#sessions = new Map(sessions);
  }

  /** Does a step; a signal has no answer. */
  async take(step: Step): Promise<Answer | null> {
    if ('type' in step) {
      await this.#side.indicate(step);
      return null;
    }
    const octets = await requestOctets(step, {
      given: this.#given,
      sessions: this.#sessions,
      nameOf: (handle) => this.#nameOf(handle),
    });
    const locality = step.locality ?? 0;
    let response = await this.#side.send(octets, locality);
    while (codeOf(response) === RETRY) response = await this.#side.send(octets, locality);
    return this.#read(step, response);
  }

  /** What the TPM gave out so far. */
  get given(): ReadonlyMap<string, Uint8Array> {
    return this.#given;
  }

  #read(request: Request, response: Uint8Array): Answer {
    const reader = new Reader(response.slice());
    const tag = reader.u16();
    reader.u32();
    const code = reader.u32();
    if (code !== 0) return { code, leaves: [] };
    const command = BY_CODE.get(request.code);
    if (command === undefined) return { code, leaves: [] };
    const handle = command.responseHandle === null ? null : reader.u32();
    const area = tag === SESSIONS ? reader.octets(reader.u32()) : reader.peekRest();
    const leaves: Leaf[] = handle === null ? [] : [{ path: 'handle', text: handle.toString(16) }];
    if (handle !== null && request.keep !== undefined) {
      this.#given.set(`${request.keep}.handle`, bigEndian(BigInt(handle), 4));
    }
    leaves.push(...this.#parameters(command, area, request.keep));
    if (request.code === START_AUTH_SESSION && handle !== null)
      this.#started(request, handle, area);
    if (tag === SESSIONS) this.#rolled(request, reader);
    return { code, leaves };
  }

  #parameters(command: Command, area: Uint8Array, keep: string | undefined): readonly Leaf[] {
    const reader = new Reader(area);
    const leaves: Leaf[] = [];
    try {
      for (const { name, codec } of command.response) {
        const before = reader.peekRest();
        const value = codec.unmarshal(reader);
        const used = before.subarray(0, before.length - reader.remaining);
        const isAttest = codec.name === 'TPM2B_ATTEST';
        leaves.push(
          ...(isAttest ? attestLeaves(name, value as Uint8Array) : leavesOf(name, value)),
        );
        if (keep === undefined) continue;
        this.#given.set(`${keep}.${name}`, used);
        if (codec.isSized === true) this.#given.set(`${keep}.${name}.octets`, used.subarray(2));
        if (codec.name.startsWith('TPMT_TK'))
          this.#given.set(`${keep}.${name}.digest`, used.subarray(8));
      }
    } catch {
      return [{ path: 'octets', text: toHex(area), isOctets: true }];
    }
    return leaves;
  }

  #started(request: Request, handle: number, area: Uint8Array): void {
    const last = request.parameters.at(-1);
    const hash = last?.kind === 'number' ? HASHES[Number(last.value) as 0x0b] : 'SHA256';
    this.#sessions.set(handle, { hash, nonceTPM: new Reader(area.subarray(2)).peekRest() });
  }

  /** Every session of a command has another nonce afterwards. */
  #rolled({ authorizations }: Request, reader: Reader): void {
    for (const { handle } of authorizations) {
      const nonceTPM = reader.octets(reader.u16());
      reader.u8();
      reader.octets(reader.u16());
      const session = this.#sessions.get(handle);
      if (session !== undefined) this.#sessions.set(handle, { ...session, nonceTPM });
    }
  }

  /** The Name of an entity, as it enters a cpHash. */
  async #nameOf(handle: number): Promise<Uint8Array> {
    const handleOctets = bigEndian(BigInt(handle), 4);
    const kind = handle >>> 24;
    if (kind !== 0x01 && kind !== 0x80 && kind !== 0x81) return handleOctets;
    const code = bigEndian(kind === 0x01 ? 0x169n : 0x173n, 4);
    const header = concat(bigEndian(0x8001n, 2), bigEndian(BigInt(HEADER_SIZE + 4), 4), code);
    const response = await this.#side.send(concat(header, handleOctets), 0);
    if (codeOf(response) !== 0) return new Uint8Array(0);
    const reader = new Reader(response.subarray(HEADER_SIZE));
    reader.octets(reader.u16());
    return reader.octets(reader.u16()).slice();
  }
}

function codeOf(response: Uint8Array): number {
  return new DataView(response.buffer, response.byteOffset).getUint32(6);
}
