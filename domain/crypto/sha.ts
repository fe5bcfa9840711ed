import type { HashAlg } from '../structures/hashAlg.ts';
import { concat } from '../structures/octets.ts';
import { compress1 } from './sha1.ts';
import { compress256 } from './sha256.ts';
import { SHA384_START, SHA512_START, compress512 } from './sha512.ts';

/**
 * A hash that goes on later, in octets: unlike node's it can be stored. `chaining` holds the words
 * between blocks, big-endian; `pending` the octets that do not fill a block yet.
 */
export type HashState = {
  readonly alg: HashAlg;
  readonly chaining: Uint8Array;
  readonly pending: Uint8Array;
  readonly lengthOctets: number;
};

type Compress = (words: Uint32Array, block: Uint8Array, at: number) => void;

type Row = {
  readonly start: readonly number[];
  readonly blockSize: number;
  readonly digestSize: number;
  readonly compress: Compress;
};

const ROWS: Readonly<Record<HashAlg, Row>> = {
  SHA1: {
    start: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0],
    blockSize: 64,
    digestSize: 20,
    compress: compress1,
  },
  SHA256: {
    start: [
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
      0x5be0cd19,
    ],
    blockSize: 64,
    digestSize: 32,
    compress: compress256,
  },
  SHA384: { start: SHA384_START, blockSize: 128, digestSize: 48, compress: compress512 },
  SHA512: { start: SHA512_START, blockSize: 128, digestSize: 64, compress: compress512 },
};

function toOctets(words: Uint32Array): Uint8Array {
  const octets = new Uint8Array(words.length * 4);
  const view = new DataView(octets.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word);
  });
  return octets;
}

function toWords(octets: Uint8Array): Uint32Array {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return Uint32Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(i * 4));
}

/** The octets of a block of a hash: what an HMAC pads its key to. */
export function blockSize(alg: HashAlg): number {
  return ROWS[alg].blockSize;
}

/** A hash of nothing yet. FIPS 180-4, 5.3 Setting the Initial Hash Value */
export function hashStart(alg: HashAlg): HashState {
  const chaining = toOctets(Uint32Array.from(ROWS[alg].start));
  return { alg, chaining, pending: new Uint8Array(0), lengthOctets: 0 };
}

/** The hash with more data. The state before stays as it is. */
export function hashUpdate(state: HashState, data: Uint8Array): HashState {
  const row = ROWS[state.alg];
  const octets = concat(state.pending, data);
  const words = toWords(state.chaining);
  let at = 0;
  for (; at + row.blockSize <= octets.length; at += row.blockSize) row.compress(words, octets, at);
  return {
    alg: state.alg,
    chaining: toOctets(words),
    pending: octets.slice(at),
    lengthOctets: state.lengthOctets + data.length,
  };
}

/** The digest of all data so far. FIPS 180-4, 5.1 Padding the Message */
export function hashFinish(state: HashState): Uint8Array {
  const row = ROWS[state.alg];
  const lengthSize = row.blockSize / 8;
  const used = state.pending.length + 1 + lengthSize;
  const padding = new Uint8Array(Math.ceil(used / row.blockSize) * row.blockSize);
  padding.set(state.pending);
  padding[state.pending.length] = 0x80;
  const view = new DataView(padding.buffer);
  view.setBigUint64(padding.length - 8, BigInt(state.lengthOctets) * 8n);
  const words = toWords(state.chaining);
  for (let at = 0; at < padding.length; at += row.blockSize) row.compress(words, padding, at);
  return toOctets(words).slice(0, row.digestSize);
}
