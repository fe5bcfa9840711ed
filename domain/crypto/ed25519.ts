import { getPublicKey, hashes, sign, verify } from '@noble/ed25519';
import { digest } from './hash.ts';

hashes.sha512 = (message) => digest('SHA512', message).slice();

/** The public key (32 octets) of a secret key (32 octets). RFC 8032, 5.1.5 Key Generation */
export function ed25519PublicKey(secret: Uint8Array): Uint8Array {
  return getPublicKey(secret);
}

/** The signature (64 octets) of a message. RFC 8032, 5.1.6 Sign */
export function ed25519Sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(message, secret);
}

/**
 * Whether the signature is the key's over the message. False for signatures and keys of any other
 * shape: a wrong length, a scalar not below the group order, a point that is not canonical.
 * RFC 8032, 5.1.7 Verify
 */
export function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return verify(signature, message, publicKey, { zip215: false });
}
