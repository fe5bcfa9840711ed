import { OBJECT } from '../../domain/structures/attributes.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';

const NONE = new Uint8Array(0);
const POINT = { x: NONE, y: NONE };

type Of<T extends TpmtPublic['type']> = Extract<TpmtPublic, { type: T }>;

/** A storage key of an elliptic curve, which stays in this TPM. */
export const STORAGE_KEY: Of<'ECC'> = {
  type: 'ECC',
  nameAlg: 'SHA256',
  objectAttributes:
    OBJECT.fixedTPM |
    OBJECT.fixedParent |
    OBJECT.sensitiveDataOrigin |
    OBJECT.userWithAuth |
    OBJECT.noDA |
    OBJECT.restricted |
    OBJECT.decrypt,
  authPolicy: NONE,
  parameters: {
    symmetric: { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
    scheme: { scheme: 'NULL' },
    curveID: 'NIST_P256',
    kdf: { scheme: 'NULL' },
  },
  unique: POINT,
};

/** A cipher key with these attributes beside sensitiveDataOrigin and userWithAuth. */
export function cipherKey(
  attributes: number,
  mode: Of<'SYMCIPHER'>['parameters']['sym']['mode'] = 'NULL',
): Of<'SYMCIPHER'> {
  return {
    type: 'SYMCIPHER',
    nameAlg: 'SHA256',
    objectAttributes: OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | attributes,
    authPolicy: NONE,
    parameters: { sym: { algorithm: 'AES', keyBits: 128, mode } },
    unique: NONE,
  };
}

/** A signing key of an elliptic curve with these attributes beside the usual ones. */
export function signingKey(attributes = 0): Of<'ECC'> {
  return {
    ...STORAGE_KEY,
    objectAttributes:
      OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | OBJECT.noDA | OBJECT.sign | attributes,
    parameters: {
      ...STORAGE_KEY.parameters,
      symmetric: { algorithm: 'NULL' },
      scheme: { scheme: 'ECDSA', hashAlg: 'SHA256' },
    },
  };
}

/** A key for HMACs with SHA-256, with these attributes beside the usual ones. */
export function hmacKey(attributes = 0): Of<'KEYEDHASH'> {
  return {
    type: 'KEYEDHASH',
    nameAlg: 'SHA256',
    objectAttributes: OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | OBJECT.sign | attributes,
    authPolicy: NONE,
    parameters: { scheme: { scheme: 'HMAC', hashAlg: 'SHA256' } },
    unique: NONE,
  };
}
