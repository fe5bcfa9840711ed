import type { HashAlg } from '../structures/hashAlg.ts';
import { EMPTY } from '../structures/octets.ts';
import { kdfa } from './kdf.ts';
import { nodeDecrypt, nodeEncrypt } from './node.ts';

/** The block ciphers by their names in Part 2, 6.3 TPM_ALG_ID. */
export type SymmetricAlg = 'AES';

/** The block cipher modes by their names in Part 2, 6.3 TPM_ALG_ID. */
export type BlockMode = 'CTR' | 'OFB' | 'CBC' | 'CFB' | 'ECB';

/** What a block mode made of the data, and the IV with which a next call would go on. */
export type BlockModeResult = { readonly data: Uint8Array; readonly ivOut: Uint8Array };

type Direction = typeof nodeEncrypt;

/** Block sizes in octets. */
export const BLOCK_SIZE: Readonly<Record<SymmetricAlg, number>> = { AES: 16 };

const CIPHER_NAME: Readonly<Record<SymmetricAlg, string>> = { AES: 'aes' };

/**
 * Encrypts any number of octets in CFB mode with full-block feedback. The key has 16, 24 or 32
 * octets, the IV one block. SP 800-38A, 6.3 The Cipher Feedback Mode
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
  if (!isWhole(alg, mode, data)) return null;
  const encrypted = run(nodeEncrypt, alg, mode, key, iv, data);
  return { data: encrypted, ivOut: ivAfter(alg, mode, key, iv, encrypted) };
}

/** Decrypts what `encryptBlockMode` encrypted, under the same conditions. */
export function decryptBlockMode(
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): BlockModeResult | null {
  if (!isWhole(alg, mode, data)) return null;
  const decrypted = run(nodeDecrypt, alg, mode, key, iv, data);
  return { data: decrypted, ivOut: ivAfter(alg, mode, key, iv, data) };
}

function run(
  direction: Direction,
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const name = `${CIPHER_NAME[alg]}-${key.length * 8}-${mode.toLowerCase()}`;
  return direction(name, key, mode === 'ECB' ? null : iv, data);
}

function isWhole(alg: SymmetricAlg, mode: BlockMode, data: Uint8Array): boolean {
  return (mode !== 'CBC' && mode !== 'ECB') || data.length % BLOCK_SIZE[alg] === 0;
}

function ivAfter(
  alg: SymmetricAlg,
  mode: BlockMode,
  key: Uint8Array,
  iv: Uint8Array,
  encrypted: Uint8Array,
): Uint8Array {
  if (mode === 'ECB') return EMPTY;
  const size = BLOCK_SIZE[alg];
  const count = Math.ceil(encrypted.length / size);
  if (count === 0) return iv.slice();
  if (mode === 'CTR') return counterAfter(iv, count);
  // OFB feeds back its key stream; the others their last block, filled up with zeros.
  const fedBack =
    mode === 'OFB'
      ? run(nodeEncrypt, alg, 'OFB', key, iv, new Uint8Array(count * size))
      : encrypted;
  const last = new Uint8Array(size);
  last.set(fedBack.subarray((count - 1) * size));
  return last;
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
