import { kdfe } from '../crypto/kdf.ts';
import { eccMultiply, eccPublicFromPrivate, eccSharedX, isOnCurve } from '../crypto/ecc.ts';
import { oaepMessageSizeMax, oaepPad, oaepUnpad } from '../crypto/oaep.ts';
import { rsaPrivateRaw, rsaPublicRaw } from '../crypto/rsa.ts';
import { scalarFromRandom } from '../crypto/scalars.ts';
import { toOctets } from '../structures/codec.ts';
import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { ascii, padLeft, stripLeadingZeros } from '../structures/octets.ts';
import { TPMS_ECC_POINT, type TpmsEccPoint, type TpmtPublic } from '../structures/public.ts';
import { refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import type { TpmObject } from './objects.ts';
import { rsaExponent, rsaPrivateOf } from './rsaKeys.ts';

/** What the exchange is for: it goes into the derivation. Part 1, B.10 and C.6 Secret Sharing */
export type SecretLabel = 'SECRET' | 'IDENTITY' | 'DUPLICATE';

type EccPublic = Extract<TpmtPublic, { type: 'ECC' }>;

/** OAEP labels end in a zero, which counts. */
function oaepLabel(label: SecretLabel): Uint8Array {
  return ascii(`${label}\0`);
}

function nameAlgOf({ nameAlg }: TpmtPublic): HashAlg {
  return nameAlg === 'NULL' ? refuse('KEY') : nameAlg;
}

/** The hash of the OAEP that secrets for a key come in; SCHEME for keys that decrypt otherwise. */
function oaepHashOf(publicArea: Extract<TpmtPublic, { type: 'RSA' }>): HashAlg {
  const { scheme } = publicArea.parameters;
  if (scheme.scheme === 'NULL') return nameAlgOf(publicArea);
  return scheme.scheme === 'OAEP' ? scheme.hashAlg : refuse('SCHEME');
}

/**
 * The seed that both sides of an ECDH derive from d P, with the points as they were sent; ECC_POINT
 * as `sharedPoint`. Part 1, C.6.1
 */
function eccSeed(
  publicArea: EccPublic,
  label: SecretLabel,
  d: Uint8Array,
  point: TpmsEccPoint,
  ephemeral: TpmsEccPoint,
): Uint8Array {
  const { curveID } = publicArea.parameters;
  const hashAlg = nameAlgOf(publicArea);
  const z = eccSharedX(curveID, d, padded(curveID, point)) ?? refuse('ECC_POINT');
  const bits = DIGEST_SIZE[hashAlg] * 8;
  const seed = kdfe(hashAlg, z, label, ephemeral.x, publicArea.unique.x, bits);
  z.fill(0);
  return seed;
}

/**
 * The secret that somebody encrypted to a key: a salt, or the seed of a credential. Refuses with
 * SCHEME, SIZE, VALUE, ECC_POINT or KEY what cannot be decrypted; how a padding is wrong shows
 * nowhere.
 */
export function decryptSecret(
  object: TpmObject,
  label: SecretLabel,
  encrypted: Uint8Array,
): Uint8Array {
  const { publicArea, sensitive } = object;
  if (sensitive === null) refuse('KEY');
  switch (publicArea.type) {
    case 'RSA': {
      const hashAlg = oaepHashOf(publicArea);
      if (encrypted.length !== publicArea.unique.length) refuse('SIZE');
      if (!isBelow(encrypted, publicArea.unique)) refuse('VALUE');
      const em = rsaPrivateRaw(rsaPrivateOf(object), encrypted);
      const data = oaepUnpad(hashAlg, oaepLabel(label), em) ?? refuse('VALUE');
      return data.length > DIGEST_SIZE[hashAlg] ? refuse('VALUE') : data;
    }
    case 'ECC': {
      const ephemeral = TPMS_ECC_POINT.unmarshal(new Reader(encrypted));
      const d = sensitive.sensitive.octets;
      return eccSeed(publicArea, label, d, ephemeral, ephemeral);
    }
    case 'KEYEDHASH':
    case 'SYMCIPHER':
      return refuse('KEY');
  }
}

/** True when the number of `value` is below that of `limit`; both of the same length. */
export function isBelow(value: Uint8Array, limit: Uint8Array): boolean {
  const i = value.findIndex((octet, at) => octet !== limit[at]);
  return i >= 0 && (value[i] ?? 0) < (limit[i] ?? 0);
}

/** d * P; ECC_POINT when P, whose coordinates are numbers, is not a point of the key's curve. */
export function sharedPoint(
  { parameters }: EccPublic,
  d: Uint8Array,
  point: TpmsEccPoint,
): TpmsEccPoint {
  const { curveID } = parameters;
  return eccMultiply(curveID, d, padded(curveID, point)) ?? refuse('ECC_POINT');
}

/** A point of the key's curve, its coordinates as long as those; ECC_POINT for any other. */
export function pointOfKey({ parameters }: EccPublic, point: TpmsEccPoint): TpmsEccPoint {
  const { curveID } = parameters;
  const { x, y } = padded(curveID, point);
  return isOnCurve(curveID, x, y) ? { x, y } : refuse('ECC_POINT');
}

/** A point with its coordinates as long as those of the curve; ECC_POINT when they are longer. */
function padded(curveID: EccCurve, { x, y }: TpmsEccPoint): TpmsEccPoint {
  const size = COORDINATE_SIZE[curveID];
  const [shortX, shortY] = [stripLeadingZeros(x), stripLeadingZeros(y)];
  if (shortX.length > size || shortY.length > size) refuse('ECC_POINT');
  return { x: padLeft(shortX, size), y: padLeft(shortY, size) };
}

/** A fresh key pair of a curve; the caller forgets the scalar. */
export function ephemeralKey(
  { parameters }: EccPublic,
  entropy: (count: number) => Uint8Array,
): { readonly d: Uint8Array; readonly point: TpmsEccPoint } {
  const { curveID } = parameters;
  const d = scalarFromRandom(curveID, entropy(COORDINATE_SIZE[curveID] + 8));
  return { d, point: eccPublicFromPrivate(curveID, d) };
}

/**
 * A fresh secret and its encryption to a public key; KEY for one that cannot receive secrets, and
 * KEY_SIZE for one that is too short for a digest of its nameAlg.
 * Part 1, B.10.3 RSA Secret Sharing and C.6.3 ECC Secret Sharing
 */
export function encryptSecret(
  publicArea: TpmtPublic,
  label: SecretLabel,
  entropy: (count: number) => Uint8Array,
): { readonly data: Uint8Array; readonly secret: Uint8Array } {
  switch (publicArea.type) {
    case 'RSA': {
      const hashAlg = nameAlgOf(publicArea);
      const size = DIGEST_SIZE[hashAlg];
      const data = entropy(size);
      const k = publicArea.unique.length;
      if (oaepMessageSizeMax(hashAlg, k) < size) refuse('KEY_SIZE');
      const em = oaepPad(hashAlg, oaepLabel(label), data, entropy(size), k);
      return { data, secret: rsaPublicRaw(publicArea.unique, rsaExponent(publicArea), em) };
    }
    case 'ECC': {
      const { d, point } = ephemeralKey(publicArea, entropy);
      const data = eccSeed(publicArea, label, d, publicArea.unique, point);
      d.fill(0);
      return { data, secret: toOctets(TPMS_ECC_POINT, point) };
    }
    case 'KEYEDHASH':
    case 'SYMCIPHER':
      return refuse('KEY');
  }
}
