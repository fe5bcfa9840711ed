import { nodeOpenGcm, nodeSealGcm, nodeSecretKey, type NodeSecretKey } from './node.ts';

const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;

/** A key that seals, made ready once for many times; prints nothing of itself. */
export type SealingKey = NodeSecretKey;

/** The key of these 32 octets. */
export function sealingKey(octets: Uint8Array): SealingKey {
  if (octets.length !== KEY_SIZE) throw new Error('a sealing key has 32 octets');
  return nodeSecretKey(octets);
}

/**
 * Encrypts and authenticates with AES-256-GCM: the ciphertext, then a tag of 16 octets. `aad` is
 * authenticated only. A nonce (12 octets) must never meet the same key twice.
 */
export function sealGcm(
  key: SealingKey,
  nonce12: Uint8Array,
  aad: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  checkNonce(nonce12);
  return nodeSealGcm(key, nonce12, aad, plain);
}

/**
 * What `sealGcm` sealed under the same key, nonce and `aad`; null when anything of them or of
 * `sealed` is not as it was.
 */
export function openGcm(
  key: SealingKey,
  nonce12: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  checkNonce(nonce12);
  return sealed.length < TAG_SIZE ? null : nodeOpenGcm(key, nonce12, aad, sealed);
}

function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== NONCE_SIZE) throw new Error('a sealing nonce has 12 octets');
}
