import { EMPTY } from '../../domain/structures/octets.ts';

/** Octets of one command at most: TPM_PT_MAX_COMMAND_SIZE. */
export const COMMAND_SIZE_MAX = 4096;

/** Octets of an ordinary header: tag, commandSize, commandCode. */
export const HEADER_SIZE = 10;

/** A too large request is read to its end and thrown away up to this size, beyond it cut off. */
export const DRAIN_SIZE_MAX = 2 ** 20 + 64;

/** Room of this size is kept between requests; more is given back. */
const ROOM_SIZE_KEPT = 2 ** 14;

/**
 * Says how many octets the request takes that `octets` begins with: 0 while too few are in hand to
 * tell, and `tooLarge(size)` when it will not be served.
 */
export type Measure = (octets: Uint8Array) => number;

/** What a measure answers for a request of this size which is refused before it is read. */
export function tooLarge(size: number): number {
  return -size;
}

/** The UINT32 at an offset, most significant octet first; octets that are not there count as 0. */
export function uint32At(octets: Uint8Array, at: number): number {
  const low = ((octets[at + 1] ?? 0) << 16) | ((octets[at + 2] ?? 0) << 8) | (octets[at + 3] ?? 0);
  return (octets[at] ?? 0) * 0x1000000 + low;
}

/** A response of a header only, as a TPM gives when it refuses. A new array at each call. */
export function refusal(responseCode: number): Uint8Array {
  const high = responseCode >>> 8;
  return new Uint8Array([0x80, 0x01, 0, 0, 0, HEADER_SIZE, 0, 0, high, responseCode & 0xff]);
}

/** TPM_RC_COMMAND_SIZE. */
export const RC_COMMAND_SIZE = 0x142;

/** TPM_RC_INSUFFICIENT. */
const RC_INSUFFICIENT = 0x9a;

/**
 * The refusal of octets that are no command because their header is incomplete or says another
 * size; undefined when the TPM is to decide.
 */
export function refusalOfFrame(command: Uint8Array): Uint8Array | undefined {
  if (command.length < 6) return refusal(RC_INSUFFICIENT);
  if (uint32At(command, 2) !== command.length) return refusal(RC_COMMAND_SIZE);
  return command.length < HEADER_SIZE ? refusal(RC_INSUFFICIENT) : undefined;
}

/** u32 size, response, u32 0: how a response stands in the envelope of SEND_COMMAND. */
export function enclose(response: Uint8Array): Uint8Array {
  const octets = new Uint8Array(4 + response.length + 4);
  new DataView(octets.buffer).setUint32(0, response.length);
  octets.set(response, 4);
  return octets;
}

/** A locality as it arrives in an octet; 5 to 31 do not exist and are taken for 0. */
export function localityOf(octet: number | undefined): number {
  if (octet === undefined) return 0;
  return octet > 4 && octet < 32 ? 0 : octet;
}

/**
 * Cuts a stream of octets into requests, however they were split or glued on their way.
 *
 * `push` what arrived, take requests with `next` while there are any, and call `keep` before the
 * pushed chunk is overwritten. A request that lies in one chunk is given out as a view of it.
 */
export class RequestReader {
  /** True when the last request given out is only the beginning of one that is too large. */
  isCut = false;
  /** Octets of a too large request, as it says; of use while `isCut`. */
  cutSize = 0;

  readonly #measure: Measure;
  /** What was not given out yet: a part of a pushed chunk, or of `#room`. */
  #window: Uint8Array = EMPTY;
  #isBorrowed = false;
  #room: Uint8Array = EMPTY;
  #drain = 0;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  /** The octets in hand that were not given out. */
  get pending(): Uint8Array {
    return this.#window;
  }

  /** True while a request has begun and not ended. */
  get isPartial(): boolean {
    return this.#window.length > 0 || this.#drain > 0;
  }

  push(chunk: Uint8Array): void {
    const rest = this.#drain > 0 ? this.#drained(chunk) : chunk;
    if (rest.length === 0) return;
    if (this.#window.length > 0) {
      this.#append(rest);
      return;
    }
    this.#window = rest;
    this.#isBorrowed = true;
  }

  /** The next request, valid until the next `push`; undefined when more octets are needed. */
  next(): Uint8Array | undefined {
    const window = this.#window;
    if (window.length === 0) return undefined;
    const size = this.#measure(window);
    if (size < 0) return this.#cut(-size);
    if (size === 0 || size > window.length) return undefined;
    this.isCut = false;
    if (size === window.length) {
      this.#window = EMPTY;
      if (this.#room.length > ROOM_SIZE_KEPT) this.#room = EMPTY;
      return window;
    }
    this.#window = window.subarray(size);
    return window.subarray(0, size);
  }

  /** Copies what is left of the pushed chunk, whose owner may overwrite it afterwards. */
  keep(): void {
    if (!this.#isBorrowed) return;
    this.#isBorrowed = false;
    const left = this.#window;
    if (left.length === 0) return;
    if (this.#room.length < left.length) this.#room = new Uint8Array(2 * left.length);
    this.#room.set(left);
    this.#window = this.#room.subarray(0, left.length);
  }

  #append(chunk: Uint8Array): void {
    this.keep();
    const length = this.#window.length + chunk.length;
    const start = this.#window.byteOffset - this.#room.byteOffset;
    if (start + length <= this.#room.length) {
      this.#room.set(chunk, start + this.#window.length);
      this.#window = this.#room.subarray(start, start + length);
      return;
    }
    const room = new Uint8Array(2 * length);
    room.set(this.#window);
    room.set(chunk, this.#window.length);
    this.#room = room;
    this.#window = room.subarray(0, length);
  }

  #cut(size: number): Uint8Array {
    const window = this.#window;
    this.isCut = true;
    this.cutSize = size;
    const head = window.subarray(0, size);
    this.#window = window.subarray(head.length);
    this.#drain = size - head.length;
    return head;
  }

  #drained(chunk: Uint8Array): Uint8Array {
    const count = Math.min(this.#drain, chunk.length);
    this.#drain -= count;
    return chunk.subarray(count);
  }
}
