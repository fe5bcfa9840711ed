import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { EMPTY, concat, padLeft, u64 } from '../structures/octets.ts';
import { digest } from './hash.ts';
import { SHA1_START, compressSha1 } from './sha1.ts';
import { SHA256_START, compressSha256 } from './sha256.ts';
import { compressSha512 } from './sha512.ts';
import { SHA384_START, SHA512_START } from './shaConstants.ts';

/**
 * A hash that has begun, in octets, so that it can be stored and resumed anywhere: the hash
 * sequences of a TPM outlive the process. `chaining` holds the words between blocks, `pending` the
 * octets that do not fill a block yet, `lengthOctets` counts all octets so far.
 */
export type HashState = {
  readonly alg: HashAlg;
  readonly chaining: Uint8Array;
  readonly pending: Uint8Array;
  readonly lengthOctets: number;
};

type Compression = {
  readonly start: Int32Array;
  readonly compress: (words: Int32Array, view: DataView, at: number) => void;
};

const COMPRESSION: Readonly<Record<HashAlg, Compression>> = {
  SHA1: { start: SHA1_START, compress: compressSha1 },
  SHA256: { start: SHA256_START, compress: compressSha256 },
  SHA384: { start: SHA384_START, compress: compressSha512 },
  SHA512: { start: SHA512_START, compress: compressSha512 },
};

const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** Sizes in octets of the blocks that the hash algorithms take. FIPS 180-4, 1 Introduction */
export const HASH_BLOCK_SIZE: Readonly<Record<HashAlg, number>> = {
  SHA1: 64,
  SHA256: 64,
  SHA384: 128,
  SHA512: 128,
};

/** A hash of nothing so far. */
export function hashStart(alg: HashAlg): HashState {
  return {
    alg,
    chaining: octetsOf(COMPRESSION[alg].start),
    pending: EMPTY,
    lengthOctets: 0,
  };
}

/** The hash after more octets. The state given stays as it is and can be used again. */
export function hashUpdate(state: HashState, data: Uint8Array): HashState {
  const lengthOctets = state.lengthOctets + data.length;
  const size = HASH_BLOCK_SIZE[state.alg];
  const missing = size - state.pending.length;
  if (data.length < missing)
    return { ...state, pending: concat(state.pending, data), lengthOctets };
  const words = wordsOf(state.chaining);
  const start = state.pending.length === 0 ? 0 : missing;
  if (start > 0) compressAll(state.alg, words, concat(state.pending, data.subarray(0, start)));
  const end = data.length - ((data.length - start) % size);
  compressAll(state.alg, words, data.subarray(start, end));
  return { alg: state.alg, chaining: octetsOf(words), pending: data.slice(end), lengthOctets };
}

/** The digest of all octets so far. FIPS 180-4, 5.1 Padding the Message */
export function hashFinish(state: HashState): Uint8Array {
  const size = HASH_BLOCK_SIZE[state.alg];
  const bits = padLeft(u64(BigInt(state.lengthOctets) * 8n), size / 8);
  const used = state.pending.length + 1 + bits.length;
  const zeros = new Uint8Array((size - (used % size)) % size);
  const words = wordsOf(state.chaining);
  compressAll(state.alg, words, concat(state.pending, new Uint8Array([0x80]), zeros, bits));
  return octetsOf(words).slice(0, DIGEST_SIZE[state.alg]);
}

/** An HMAC of nothing so far: goes on by `hashUpdate`, ends by `hmacFinish`. FIPS 198-1 HMAC */
export function hmacStart(alg: HashAlg, key: Uint8Array): HashState {
  return hashUpdate(hashStart(alg), padded(alg, key, INNER_PAD));
}

/** The HMAC of all octets so far, under the key it was started with. */
export function hmacFinish(state: HashState, key: Uint8Array): Uint8Array {
  return digest(state.alg, padded(state.alg, key, OUTER_PAD), hashFinish(state));
}

function padded(alg: HashAlg, key: Uint8Array, pad: number): Uint8Array {
  const size = HASH_BLOCK_SIZE[alg];
  const block = new Uint8Array(size).fill(pad);
  const short = key.length > size ? digest(alg, key) : key;
  for (let i = 0; i < short.length; i += 1) block[i] = pad ^ short[i]!;
  return block;
}

// `blocks` holds whole blocks.
function compressAll(alg: HashAlg, words: Int32Array, blocks: Uint8Array): void {
  const { compress } = COMPRESSION[alg];
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  for (let at = 0; at < blocks.length; at += HASH_BLOCK_SIZE[alg]) compress(words, view, at);
}

function wordsOf(octets: Uint8Array): Int32Array {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return Int32Array.from({ length: octets.length / 4 }, (_, i) => view.getInt32(4 * i));
}

function octetsOf(words: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, i) => {
    view.setInt32(4 * i, word);
  });
  return new Uint8Array(view.buffer);
}
