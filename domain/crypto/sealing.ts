import { createCipheriv, createDecipheriv } from './node.ts';

const ALGORITHM = 'aes-256-gcm';
const TAG_SIZE = 16;

/**
 * AES-256-GCM: the ciphertext and its tag of 16 octets. `nonce` has 12 octets and is never used twice
 * with a key. NIST SP 800-38D
 */
export function sealGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_SIZE });
  cipher.setAAD(aad);
  const sealed = new Uint8Array(plain.length + TAG_SIZE);
  sealed.set(cipher.update(plain));
  cipher.final();
  sealed.set(cipher.getAuthTag(), plain.length);
  return sealed;
}

/** The octets that were sealed, or null when key, nonce, aad or octets are not those. */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  if (sealed.length < TAG_SIZE) return null;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_SIZE });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_SIZE));
  const plain = new Uint8Array(decipher.update(sealed.subarray(0, sealed.length - TAG_SIZE)));
  try {
    decipher.final();
  } catch {
    return null;
  }
  return plain;
}
