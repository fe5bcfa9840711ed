import { rsaPrivateFromPrime, type RsaPrivate } from '../crypto/rsa.ts';
import type { TpmtPublic, TpmtSensitive } from '../structures/public.ts';
import { refuse } from '../structures/tpmError.ts';
import type { TpmObject } from './objects.ts';

/** The exponent that a public area of 0 stands for. Part 2, 12.2.3.5 TPMS_RSA_PARMS */
const EXPONENT_DEFAULT = 65537;

/** Private keys that were built from their prime once; they go with their sensitive areas. */
const KEYS = new WeakMap<TpmtSensitive, RsaPrivate>();

type RsaPublic = Extract<TpmtPublic, { type: 'RSA' }>;

/** The public exponent of an RSA key. */
export function rsaExponent({ parameters }: RsaPublic): number {
  return parameters.exponent === 0 ? EXPONENT_DEFAULT : parameters.exponent;
}

/**
 * True for an exponent with which keys are made: 0, which stands for 65537, or a prime from there.
 */
export function isExponentPossible(exponent: number): boolean {
  if (exponent === 0 || exponent === EXPONENT_DEFAULT) return true;
  if (exponent < EXPONENT_DEFAULT || exponent % 2 === 0) return false;
  for (let factor = 3; factor * factor <= exponent; factor += 2) {
    if (exponent % factor === 0) return false;
  }
  return true;
}

/**
 * The private key of an RSA public area and a sensitive area; null when they do not belong
 * together.
 */
export function rsaPrivateKey(publicArea: RsaPublic, sensitive: TpmtSensitive): RsaPrivate | null {
  const known = KEYS.get(sensitive);
  if (known !== undefined) return known;
  const prime = sensitive.sensitive.octets;
  const key = rsaPrivateFromPrime(publicArea.unique, prime, rsaExponent(publicArea));
  if (key !== null) KEYS.set(sensitive, key);
  return key;
}

/** The private key of a loaded RSA object; BINDING when its prime is not one of its modulus. */
export function rsaPrivateOf({ publicArea, sensitive }: TpmObject): RsaPrivate {
  if (publicArea.type !== 'RSA' || sensitive === null) throw new Error('no private RSA key');
  return rsaPrivateKey(publicArea, sensitive) ?? refuse('BINDING');
}
