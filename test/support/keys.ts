import { eccPublicFromPrivate } from '../../domain/crypto/ecc.ts';
import { digest } from '../../domain/crypto/hash.ts';
import { OBJECT } from '../../domain/structures/attributes.ts';
import { ascii } from '../../domain/structures/octets.ts';
import type { TpmtPublic, TpmtSensitive } from '../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../domain/structures/secret.ts';
import { rsaNumbers } from './rsaKeys.ts';
import { STORAGE_KEY } from './templates.ts';

type Of<T extends TpmtPublic['type']> = Extract<TpmtPublic, { type: T }>;

const NONE = new Uint8Array(0);
/** What a child that stays under its parent has. */
export const FIXED = OBJECT.fixedTPM | OBJECT.fixedParent;
const USUAL = OBJECT.userWithAuth | OBJECT.noDA;
const MADE_HERE = USUAL | OBJECT.sensitiveDataOrigin;

/** A secret of the octets of a text. */
export function secretText(text: string): Secret {
  return new Secret(ascii(text));
}

/** Data that is sealed under a storage key. */
export const SEALED_DATA: Of<'KEYEDHASH'> = {
  type: 'KEYEDHASH',
  nameAlg: 'SHA256',
  objectAttributes: FIXED | USUAL,
  authPolicy: NONE,
  parameters: { scheme: { scheme: 'NULL' } },
  unique: NONE,
};

/** A key of an elliptic curve for ECDH. */
export const EXCHANGE_KEY: Of<'ECC'> = {
  ...STORAGE_KEY,
  objectAttributes: MADE_HERE | OBJECT.decrypt,
  parameters: { ...STORAGE_KEY.parameters, symmetric: { algorithm: 'NULL' } },
};

/** An RSA storage key, which stays in this TPM. */
export const RSA_STORAGE_KEY: Of<'RSA'> = {
  type: 'RSA',
  nameAlg: 'SHA256',
  objectAttributes: FIXED | MADE_HERE | OBJECT.restricted | OBJECT.decrypt,
  authPolicy: NONE,
  parameters: {
    symmetric: { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
    scheme: { scheme: 'NULL' },
    keyBits: 2048,
    exponent: 0,
  },
  unique: NONE,
};

/** An RSA key that decrypts with a scheme. */
export function rsaDecryptionKey(scheme: Of<'RSA'>['parameters']['scheme']): Of<'RSA'> {
  return {
    ...RSA_STORAGE_KEY,
    objectAttributes: MADE_HERE | OBJECT.decrypt,
    parameters: { ...RSA_STORAGE_KEY.parameters, symmetric: { algorithm: 'NULL' }, scheme },
  };
}

/** The primes of the RSA key that a name stands for, as circumstances give them. */
export function primesOf(name: string): { readonly p: Secret; readonly q: Secret } {
  const { p, q } = rsaNumbers(name);
  return { p: new Secret(p), q: new Secret(q) };
}

/** Both halves of a key that was made outside. */
export type Outside = { readonly inPrivate: TpmtSensitive; readonly inPublic: TpmtPublic };

/** An exchange key of a curve that was made outside, from its private scalar. */
export function outsideEcc(d: Uint8Array): Outside {
  const area = { authValue: EMPTY_SECRET, seedValue: EMPTY_SECRET };
  return {
    inPrivate: { ...area, sensitiveType: 'ECC', sensitive: new Secret(d) },
    inPublic: {
      ...EXCHANGE_KEY,
      objectAttributes: USUAL | OBJECT.decrypt,
      unique: eccPublicFromPrivate('NIST_P256', d),
    },
  };
}

/** The RSA key that a name stands for, as it was made outside. */
export function outsideRsa(
  name: string,
  scheme: Of<'RSA'>['parameters']['scheme'] = { scheme: 'NULL' },
): Outside {
  const { n, p } = rsaNumbers(name);
  const area = { authValue: EMPTY_SECRET, seedValue: EMPTY_SECRET };
  return {
    inPrivate: { ...area, sensitiveType: 'RSA', sensitive: new Secret(p) },
    inPublic: {
      ...rsaDecryptionKey(scheme),
      objectAttributes: USUAL | OBJECT.decrypt,
      unique: n,
    },
  };
}

/** An HMAC key that was made outside. */
export function outsideHmac(bits: Uint8Array): Outside {
  const seedValue = new Secret(new Uint8Array(32).fill(7));
  const sensitive = new Secret(bits);
  return {
    inPrivate: { authValue: EMPTY_SECRET, seedValue, sensitiveType: 'KEYEDHASH', sensitive },
    inPublic: {
      ...SEALED_DATA,
      objectAttributes: USUAL | OBJECT.sign,
      parameters: { scheme: { scheme: 'HMAC', hashAlg: 'SHA256' } },
      unique: digest('SHA256', seedValue.octets, bits),
    },
  };
}
