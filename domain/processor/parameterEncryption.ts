import { BLOCK_SIZE, decryptCfb, encryptCfb, xorObfuscate } from '../crypto/symmetric.ts';
import { kdfa } from '../crypto/kdf.ts';
import { concat } from '../structures/octets.ts';
import { authKey } from '../tpm/entities.ts';
import type { Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';

type Nonces = { readonly newer: Uint8Array; readonly older: Uint8Array };

/**
 * The key of parameter encryption: the session's, with the authorization value of the entity that
 * the session authorizes, bound to it or not. Part 1, 21 Session-based Encryption
 */
function encryptionKey(tpm: Tpm, session: Session, entity: number | null): Uint8Array {
  if (entity === null) return session.sessionKey.octets;
  return concat(session.sessionKey.octets, authKey(tpm, entity));
}

function transform(
  cipher: typeof encryptCfb,
  session: Session,
  key: Uint8Array,
  { newer, older }: Nonces,
  data: Uint8Array,
): Uint8Array {
  const { symmetric, authHash } = session;
  switch (symmetric.algorithm) {
    case 'XOR':
      return xorObfuscate(authHash, key, newer, older, data);
    case 'TDES':
    case 'AES':
    case 'CAMELLIA': {
      const { algorithm, keyBits } = symmetric;
      const bits = keyBits + BLOCK_SIZE[algorithm] * 8;
      const keyAndIv = kdfa(authHash, key, 'CFB', newer, older, bits);
      const keySize = keyBits / 8;
      return cipher(algorithm, keyAndIv.subarray(0, keySize), keyAndIv.subarray(keySize), data);
    }
    case 'NULL':
      return data;
  }
}

/** The first parameter's data in the clear. Part 1, 21.3 Parameter Decryption */
export function decryptParameter(
  tpm: Tpm,
  session: Session,
  entity: number | null,
  nonceCaller: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const nonces = { newer: nonceCaller, older: session.nonceTPM };
  return transform(decryptCfb, session, encryptionKey(tpm, session, entity), nonces, data);
}

/**
 * The first response parameter's data, encrypted for the caller. Part 1, 21.2 Parameter Encryption
 */
export function encryptParameter(
  tpm: Tpm,
  session: Session,
  entity: number | null,
  nonces: { readonly nonceTPM: Uint8Array; readonly nonceCaller: Uint8Array },
  data: Uint8Array,
): Uint8Array {
  const ordered = { newer: nonces.nonceTPM, older: nonces.nonceCaller };
  return transform(encryptCfb, session, encryptionKey(tpm, session, entity), ordered, data);
}
