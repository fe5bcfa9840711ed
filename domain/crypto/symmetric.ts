import type { HashAlg } from '../structures/hashAlg.ts';
import { kdfa } from './kdf.ts';
import { createCipheriv, createDecipheriv } from './node.ts';

/** The block ciphers. Part 2, 11.1.3 TPMI_ALG_SYM_OBJECT */
export type SymmetricAlg = 'AES';

/** AES in CFB mode with full blocks of feedback; any length. Part 1, 11.4.6 Symmetric Encryption */
export function encryptCfb(
  _: SymmetricAlg,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return new Uint8Array(createCipheriv(`aes-${key.length * 8}-cfb`, key, iv).update(data));
}

/** The inverse of `encryptCfb`. */
export function decryptCfb(
  _: SymmetricAlg,
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  return new Uint8Array(createDecipheriv(`aes-${key.length * 8}-cfb`, key, iv).update(data));
}

/** XORs data with a mask from KDFa; its own inverse. Part 1, 11.4.7 XOR Obfuscation */
export function xorObfuscate(
  hashAlg: HashAlg,
  key: Uint8Array,
  nonceNewer: Uint8Array,
  nonceOlder: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const mask = kdfa(hashAlg, key, 'XOR', nonceNewer, nonceOlder, data.length * 8);
  return data.map((octet, i) => octet ^ (mask[i] ?? 0));
}
