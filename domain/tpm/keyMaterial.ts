import { scalarFromRandom } from '../crypto/scalars.ts';
import { digest, hmac } from '../crypto/hash.ts';
import { rsaModulus } from '../crypto/rsa.ts';
import { HASH_BLOCK_SIZE } from '../crypto/sha.ts';
import type { SymmetricAlg } from '../crypto/symmetric.ts';
import { isTdesKeyWeak, tdesKeyFrom } from '../crypto/tdesKeys.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import { COORDINATE_SIZE } from '../structures/eccCurve.ts';
import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import type { TpmsSensitiveCreate, TpmtPublic, TpmtSensitive } from '../structures/public.ts';
import { EMPTY_SECRET, Secret } from '../structures/secret.ts';
import { refuse } from '../structures/tpmError.ts';
import type { KeyOrigin } from './keyOrigin.ts';
import { isExponentPossible, rsaExponent } from './rsaKeys.ts';
import { isStorageArea } from './templates.ts';

/** Both areas of an object that was just created. */
export type KeyMaterial = { readonly publicArea: TpmtPublic; readonly sensitive: TpmtSensitive };

type Cipher = { readonly algorithm: SymmetricAlg; readonly keyBits: number };

/** Random octets beyond the size of a curve, so that no scalar is likelier than another. */
const EXTRA_SIZE = 8;

/**
 * Makes the key or the data of a template that was checked. Refuses with RANGE a public exponent
 * with which no keys are made, KEY_SIZE, KEY and SIZE data of the caller's that is no such key.
 * Part 1, 27.5 Object Creation
 */
export function makeKey(
  template: TpmtPublic,
  nameAlg: HashAlg,
  { userAuth: authValue, data }: TpmsSensitiveCreate,
  origin: KeyOrigin,
): KeyMaterial {
  switch (template.type) {
    case 'RSA': {
      const { p: sensitive, unique } = makeRsa(template, origin);
      const seedValue = storageSeed(template, nameAlg, origin);
      const area = { authValue, seedValue, sensitiveType: 'RSA', sensitive } as const;
      return { publicArea: { ...template, unique }, sensitive: area };
    }
    case 'ECC': {
      const { curveID } = template.parameters;
      const d = scalarFromRandom(curveID, origin.octets(COORDINATE_SIZE[curveID] + EXTRA_SIZE));
      const sensitive = new Secret(d);
      const seedValue = storageSeed(template, nameAlg, origin);
      const area = { authValue, seedValue, sensitiveType: 'ECC', sensitive } as const;
      return {
        publicArea: { ...template, unique: origin.eccPublic(curveID, d) },
        sensitive: area,
      };
    }
    case 'KEYEDHASH': {
      const sensitive = bitsOf(template, nameAlg, data, origin);
      const seedValue = new Secret(origin.seedOctets(DIGEST_SIZE[nameAlg]));
      const area = { authValue, seedValue, sensitiveType: 'KEYEDHASH', sensitive } as const;
      return {
        publicArea: { ...template, unique: symmetricUnique(template, nameAlg, area) },
        sensitive: area,
      };
    }
    case 'SYMCIPHER': {
      const sensitive = cipherKeyOf(template, data, origin);
      const seedValue = new Secret(origin.seedOctets(DIGEST_SIZE[nameAlg]));
      const area = { authValue, seedValue, sensitiveType: 'SYMCIPHER', sensitive } as const;
      return {
        publicArea: { ...template, unique: symmetricUnique(template, nameAlg, area) },
        sensitive: area,
      };
    }
  }
}

/** Only parents among the asymmetric keys have a seed of their own: their children need it. */
function storageSeed(template: TpmtPublic, nameAlg: HashAlg, { seedOctets }: KeyOrigin): Secret {
  return isStorageArea(template) ? new Secret(seedOctets(DIGEST_SIZE[nameAlg])) : EMPTY_SECRET;
}

function makeRsa(
  template: Extract<TpmtPublic, { type: 'RSA' }>,
  { rsaPrimes }: KeyOrigin,
): { readonly p: Secret; readonly unique: Uint8Array } {
  const { keyBits, exponent } = template.parameters;
  if (!isExponentPossible(exponent)) refuse('RANGE');
  const { p, q } = rsaPrimes(keyBits, rsaExponent(template));
  return { p, unique: rsaModulus(p.octets, q.octets) };
}

/** True when the caller's data is not the key; derived objects do not even say so. */
function isMadeHere(attributes: number, data: Secret): boolean {
  return has(attributes, OBJECT.sensitiveDataOrigin) || data.length === 0;
}

function cipherKeyOf(
  { objectAttributes, parameters }: Extract<TpmtPublic, { type: 'SYMCIPHER' }>,
  data: Secret,
  { octets }: KeyOrigin,
): Secret {
  const { algorithm, keyBits } = parameters.sym;
  const size = keyBits / 8;
  if (isMadeHere(objectAttributes, data)) {
    return new Secret(algorithm === 'TDES' ? tdesKeyFrom(octets, size) : octets(size));
  }
  checkCipherKey(parameters.sym, data);
  return data;
}

/** Refuses the key of a cipher: KEY_SIZE, or KEY for keys of TDES that are known to be weak. */
export function checkCipherKey({ algorithm, keyBits }: Cipher, key: Secret): void {
  if (key.length * 8 !== keyBits) refuse('KEY_SIZE');
  if (algorithm === 'TDES' && isTdesKeyWeak(key.octets)) refuse('KEY');
}

function bitsOf(
  publicArea: Extract<TpmtPublic, { type: 'KEYEDHASH' }>,
  nameAlg: HashAlg,
  data: Secret,
  { octets }: KeyOrigin,
): Secret {
  const { objectAttributes: attributes, parameters } = publicArea;
  const { scheme } = parameters;
  const hashAlg = scheme.scheme === 'NULL' ? nameAlg : scheme.hashAlg;
  if (isMadeHere(attributes, data)) return new Secret(octets(DIGEST_SIZE[hashAlg]));
  const isKey = has(attributes, OBJECT.sign) || has(attributes, OBJECT.decrypt);
  return isKey && data.length > HASH_BLOCK_SIZE[hashAlg] ? refuse('SIZE') : data;
}

/**
 * What binds the public area of a cipher or keyed hash to its secret; for parents it tells nothing
 * about the seed without the key. Part 1, 27.5.3.2 Symmetric
 */
export function symmetricUnique(
  publicArea: TpmtPublic,
  nameAlg: HashAlg,
  { seedValue, sensitive }: { readonly seedValue: Secret; readonly sensitive: Secret },
): Uint8Array {
  return isStorageArea(publicArea)
    ? hmac(nameAlg, seedValue.octets, sensitive.octets)
    : digest(nameAlg, seedValue.octets, sensitive.octets);
}
