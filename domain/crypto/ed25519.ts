import { getPublicKey, hashes, sign, verify } from '@noble/ed25519';
import { digest } from './hash.ts';

hashes.sha512 = (message: Uint8Array): Uint8Array => digest('SHA512', message);

/** The public key of a secret key of 32 octets. RFC 8032, 5.1.5 Key Generation */
export function ed25519PublicKey(secretKey: Uint8Array): Uint8Array {
  return getPublicKey(secretKey);
}

/** The signature of a message, 64 octets. RFC 8032, 5.1.6 Sign */
export function ed25519Sign(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(message, secretKey);
}

/** True when the signature is that of the message; anything malformed is not. RFC 8032, 5.1.7 */
export function ed25519Verify(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
