import { refuse } from './tpmError.ts';

/** Names of what the codecs know and a TPM has not: a key size is `AES-192`. */
export type Withheld = ReadonlySet<string>;

const NOTHING_WITHHELD: Withheld = new Set();

/**
 * Reads big-endian values from octets; refuses with INSUFFICIENT at their end. `withheld` tells the
 * codecs what the TPM that reads has not.
 *
 * Part 2, 4.2 Marshaling
 */
export class Reader {
  readonly withheld: Withheld;
  readonly #octets: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(octets: Uint8Array, at = 0, end = octets.length, withheld = NOTHING_WITHHELD) {
    this.withheld = withheld;
    this.#octets = octets;
    this.#at = at;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#octets[this.#advance(1)] ?? 0;
  }

  u16(): number {
    const at = this.#advance(2);
    const o = this.#octets;
    return ((o[at] ?? 0) << 8) | (o[at + 1] ?? 0);
  }

  u32(): number {
    const at = this.#advance(4);
    const o = this.#octets;
    return (
      (((o[at] ?? 0) << 24) |
        ((o[at + 1] ?? 0) << 16) |
        ((o[at + 2] ?? 0) << 8) |
        (o[at + 3] ?? 0)) >>>
      0
    );
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** The next `count` octets, as a view. */
  octets(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#octets.subarray(at, at + count);
  }

  /** All octets that are left, as a view, without reading them. */
  peekRest(): Uint8Array {
    return this.#octets.subarray(this.#at, this.#end);
  }

  #advance(count: number): number {
    const at = this.#at;
    if (at + count > this.#end) refuse('INSUFFICIENT');
    this.#at = at + count;
    return at;
  }
}

const SCRATCH_SIZE = 4096;
/** A buffer that no writer uses at the moment: most values are small and written at once. */
let scratch: Uint8Array | null = null;
const NO_ROOM = new Uint8Array(0);

/** Writes big-endian values into a growing buffer. Part 2, 4.2 Marshaling */
export class Writer {
  #octets: Uint8Array;
  #at = 0;

  constructor() {
    this.#octets = scratch ?? new Uint8Array(SCRATCH_SIZE);
    scratch = null;
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.#grow(1);
    this.#octets[this.#at++] = value;
  }

  u16(value: number): void {
    this.#grow(2);
    this.#octets[this.#at++] = value >>> 8;
    this.#octets[this.#at++] = value;
  }

  u32(value: number): void {
    this.#grow(4);
    this.#octets[this.#at++] = value >>> 24;
    this.#octets[this.#at++] = value >>> 16;
    this.#octets[this.#at++] = value >>> 8;
    this.#octets[this.#at++] = value;
  }

  u64(value: bigint): void {
    this.u32(Number((value >> 32n) & 0xffffffffn));
    this.u32(Number(value & 0xffffffffn));
  }

  octets(value: Uint8Array): void {
    this.#grow(value.length);
    this.#octets.set(value, this.#at);
    this.#at += value.length;
  }

  /** Leaves room for a UINT16 size; the function that it gives fills in what was written since. */
  reserveSize(): () => void {
    const at = this.#at;
    this.u16(0);
    return () => {
      const size = this.#at - at - 2;
      this.#octets[at] = size >>> 8;
      this.#octets[at + 1] = size;
    };
  }

  /** What was written, in an array of its own. The writer begins anew; nothing of it is left. */
  toOctets(): Uint8Array {
    const written = this.#octets.subarray(0, this.#at);
    const octets = new Uint8Array(written);
    written.fill(0);
    if (this.#octets.length === SCRATCH_SIZE) scratch = this.#octets;
    this.#octets = NO_ROOM;
    this.#at = 0;
    return octets;
  }

  #grow(count: number): void {
    if (this.#at + count <= this.#octets.length) return;
    const larger = new Uint8Array(Math.max(this.#octets.length * 2, this.#at + count));
    larger.set(this.#octets);
    this.#octets = larger;
  }
}
