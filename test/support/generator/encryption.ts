import { kdfa } from '../../../domain/crypto/kdf.ts';
import {
  BLOCK_SIZE,
  decryptCfb,
  encryptCfb,
  xorObfuscate,
} from '../../../domain/crypto/symmetric.ts';
import type { SessionFacts } from './plan.ts';

/** The nonce of who sends, and the one of who receives. */
export type Nonces = { readonly newer: Uint8Array; readonly older: Uint8Array };

/** The data of a parameter as a session hides it. */
export function hidden(
  facts: SessionFacts,
  key: Uint8Array,
  nonces: Nonces,
  data: Uint8Array,
): Uint8Array {
  return transformed(encryptCfb, facts, key, nonces, data);
}

/** The data of a parameter that a session hid. */
export function shown(
  facts: SessionFacts,
  key: Uint8Array,
  nonces: Nonces,
  data: Uint8Array,
): Uint8Array {
  return transformed(decryptCfb, facts, key, nonces, data);
}

function transformed(
  cipher: typeof encryptCfb,
  { symmetric, authHash }: SessionFacts,
  key: Uint8Array,
  { newer, older }: Nonces,
  data: Uint8Array,
): Uint8Array {
  if (symmetric.algorithm === 'NULL') return data;
  if (symmetric.algorithm === 'XOR') {
    return xorObfuscate(authHash, key, newer, older, data);
  }
  const { algorithm, keyBits } = symmetric;
  const size = keyBits / 8;
  const bits = keyBits + BLOCK_SIZE[algorithm] * 8;
  const material = kdfa(authHash, key, 'CFB', newer, older, bits);
  return cipher(algorithm, material.subarray(0, size), material.subarray(size), data);
}
