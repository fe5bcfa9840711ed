import type { HashAlg } from '../structures/hashAlg.ts';
import { EMPTY, concat } from '../structures/octets.ts';
import { kdfa } from './kdf.ts';
import { nodeDecrypt, nodeEncrypt } from './node.ts';

/** The block ciphers by their names in Part 2, 6.3 TPM_ALG_ID. */
export type SymmetricAlg = 'TDES' | 'AES' | 'CAMELLIA';

/** The block cipher modes by their names in Part 2, 6.3 TPM_ALG_ID. */
export type BlockMode = 'CTR' | 'OFB' | 'CBC' | 'CFB' | 'ECB';

/** What a block mode made of the data, and the IV with which a next call would go on. */
export type BlockModeResult = { readonly data: Uint8Array; readonly ivOut: Uint8Array };

type Direction = typeof nodeEncrypt;

/** Block sizes in octets. */
export const BLOCK_SIZE: Readonly<Record<SymmetricAlg, number>> = {
  TDES: 8,
  AES: 16,
  CAMELLIA: 16,
};

/** Two keys of DES: the first one comes again as the third. */
const TWO_KEYS_SIZE = 16;

/**
 * Encrypts any number of octets in CFB mode with full-block feedback. The key has 16, 24 or 32
 * octets (TDES: 16 or 24), the IV one block. SP 800-38A, 6.3 The Cipher Feedback Mode
 */
export function encryptCfb(
  alg: SymmetricAlg,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return run(nodeEncrypt, alg, 'CFB', key, iv, data);
}

/** Decrypts what `encryptCfb` encrypted. */
export function decryptCfb(
  alg: SymmetricAlg,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return run(nodeDecrypt, alg, 'CFB', key, iv, data);
}

/**
 * Hides or reveals data under a mask that depends on both nonces; doing it twice undoes it.
 * Part 1, 21.2 XOR Parameter Obfuscation
 */
export function xorObfuscate(
  hashAlg: HashAlg,
  key: Uint8Array,
  nonceNewer: Uint8Array,
  nonceOlder: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const hidden = kdfa(hashAlg, key, 'XOR', nonceNewer, nonceOlder, data.length * 8);
  for (let i = 0; i < hidden.length; i += 1) hidden[i] = hidden[i]! ^ data[i]!;
  return hidden;
}

/**
 * Encrypts in any mode. CBC and ECB take whole blocks and answer null for anything else. ECB has
 * an empty IV, the others one block. Part 3, 15.3 TPM2_EncryptDecrypt2
 */
export function encryptBlockMode(
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): BlockModeResult | null {
  return runMode(nodeEncrypt, alg, mode, key, iv, data);
}

/** Decrypts what `encryptBlockMode` encrypted, under the same conditions. */
export function decryptBlockMode(
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): BlockModeResult | null {
  return runMode(nodeDecrypt, alg, mode, key, iv, data);
}

function runMode(
  direction: Direction,
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): BlockModeResult | null {
  const size = BLOCK_SIZE[alg];
  const missing = (size - (data.length % size)) % size;
  if (missing > 0 && (mode === 'CBC' || mode === 'ECB')) return null;
  const whole = missing === 0 ? data : concat(data, new Uint8Array(missing));
  const result = run(direction, alg, mode, key, iv, whole);
  const encrypted = direction === nodeEncrypt ? result : whole;
  const blocks = { size, whole, result, encrypted, used: data.length };
  return { data: result.slice(0, data.length), ivOut: ivAfter(mode, iv, blocks) };
}

function run(
  direction: Direction,
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (alg === 'TDES') return runTdes(direction, mode, key, iv, data);
  const name = `${alg.toLowerCase()}-${key.length * 8}-${mode.toLowerCase()}`;
  return direction(name, key, mode === 'ECB' ? null : iv, data);
}

function runTdes(
  direction: Direction,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (mode === 'CTR') return tdesCounterMode(key, iv, data);
  const keys = key.length === TWO_KEYS_SIZE ? concat(key, key.subarray(0, 8)) : key;
  return direction(`des-ede3-${mode.toLowerCase()}`, keys, mode === 'ECB' ? null : iv, data);
}

/** OpenSSL has no counter mode for TDES. SP 800-38A, 6.5 The Counter Mode */
function tdesCounterMode(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const size = BLOCK_SIZE.TDES;
  const count = Math.ceil(data.length / size);
  const counters = new Uint8Array(count * size);
  for (let i = 0; i < count; i += 1) counters.set(counterAfter(iv, i), i * size);
  const stream = runTdes(nodeEncrypt, 'ECB', key, EMPTY, counters).subarray(0, data.length);
  for (let i = 0; i < stream.length; i += 1) stream[i] = stream[i]! ^ data[i]!;
  return stream;
}

type Blocks = {
  readonly size: number;
  readonly whole: Uint8Array;
  readonly result: Uint8Array;
  readonly encrypted: Uint8Array;
  readonly used: number;
};

// What CFB feeds back is as in the reference where the data ends inside a block: the encrypted data
// and then the key stream, which is what zeros become.
function ivAfter(mode: BlockMode, iv: Uint8Array, blocks: Blocks): Uint8Array {
  if (mode === 'ECB') return EMPTY;
  const { size, whole, result, encrypted, used } = blocks;
  if (used === 0) return iv.slice();
  if (mode === 'CTR') return counterAfter(iv, whole.length / size);
  const fedBack = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) {
    const at = whole.length - size + i;
    if (mode === 'OFB') fedBack[i] = whole[at]! ^ result[at]!;
    else fedBack[i] = at < used ? encrypted[at]! : result[at]!;
  }
  return fedBack;
}

function counterAfter(iv: Uint8Array, blocks: number): Uint8Array {
  const counter = iv.slice();
  let carry = blocks;
  for (let i = counter.length - 1; i >= 0 && carry > 0; i -= 1) {
    carry += counter[i]!;
    counter[i] = carry & 0xff;
    carry = Math.floor(carry / 256);
  }
  return counter;
}
