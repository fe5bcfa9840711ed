import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { concat, fromHex, padLeft } from '../structures/octets.ts';
import { CURVES, type Curve } from './curves.ts';
import { der, derBits, derInteger, derOctets, derSequence } from './der.ts';
import { hmac } from './hash.ts';
import { bitLength, modularInverse, modulo, toInteger, toOctets } from './integers.ts';
import { nodeEcPublic, nodeEcShared, nodePublicKey, type NodePublicKey } from './node.ts';

/** A point, its coordinates padded to the size of the curve. */
export type EccPoint = { readonly x: Uint8Array; readonly y: Uint8Array };

/** An ECDSA signature, both numbers padded to the size of the curve. */
export type EcdsaSignature = { readonly r: Uint8Array; readonly s: Uint8Array };

const UNCOMPRESSED = new Uint8Array([4]);
const ONE = new Uint8Array([1]);
const CONTEXT_1 = 0xa1;
/** id-ecPublicKey, 1.2.840.10045.2.1. RFC 5480, 2.1.1 Unrestricted Algorithm Identifier */
const EC_PUBLIC_KEY = fromHex('06072a8648ce3d0201');

type PrivateForm = { readonly zeroKey: Uint8Array; readonly scalarAt: number };

const PRIVATE_FORM: Readonly<Record<EccCurve, PrivateForm>> = {
  NIST_P256: privateForm('NIST_P256'),
  NIST_P384: privateForm('NIST_P384'),
  NIST_P521: privateForm('NIST_P521'),
};

/**
 * A private scalar, from 1 to n - 1, out of random octets; at least 8 more than the curve's size,
 * or the result would be biased. FIPS 186-4, B.4.1 Key Pair Generation Using Extra Random Bits
 */
export function scalarFromRandom(curve: EccCurve, octets: Uint8Array): Uint8Array {
  const size = COORDINATE_SIZE[curve];
  if (octets.length < size + 8) throw new Error('a scalar needs 8 extra random octets');
  return toOctets((toInteger(octets) % (CURVES[curve].n - 1n)) + 1n, size);
}

/**
 * Whether the octets spell a private scalar, a number from 1 to n - 1. The time tells nothing else
 * about it.
 */
export function isPrivateScalar(curve: EccCurve, d: Uint8Array): boolean {
  return scalarOf(curve, d) !== null;
}

/** Whether the point is on the curve, with coordinates below p. It is never the one at infinity. */
export function isOnCurve(curve: EccCurve, x: Uint8Array, y: Uint8Array): boolean {
  const { p, a, b } = CURVES[curve];
  const [px, py] = [toInteger(x), toInteger(y)];
  return px < p && py < p && modulo(py * py - (px * px + a) * px - b, p) === 0n;
}

/** The public point of a private scalar, d G. Throws when d is not from 1 to n - 1. */
export function eccPublicFromPrivate(curve: EccCurve, d: Uint8Array): EccPoint {
  const scalar = scalarOf(curve, d);
  if (scalar === null) throw new Error('a private scalar is from 1 to n - 1');
  const octets = nodeEcPublic(CURVES[curve].nodeName, scalar);
  const size = COORDINATE_SIZE[curve];
  return { x: octets.subarray(1, 1 + size), y: octets.subarray(1 + size) };
}

/**
 * The x-coordinate of d P, all that a shared secret takes: half the work of `eccMultiply`. Null
 * when P is not on the curve or d not from 1 to n - 1. SP 800-56A, 5.7.1.2 ECC CDH Primitive
 */
export function eccSharedX(curve: EccCurve, d: Uint8Array, point: EccPoint): Uint8Array | null {
  const scalar = scalarOf(curve, d);
  if (scalar === null || !isOnCurve(curve, point.x, point.y)) return null;
  return sharedX(curve, scalar, peerKey(curve, toInteger(point.x), toInteger(point.y)));
}

/**
 * The point d P for a secret scalar d, or null when P is not on the curve or d not from 1 to n - 1.
 * OpenSSL multiplies, in constant time, but tells the x-coordinate only; the y-coordinate follows
 * from those of P, d P and (d + 1) P. Brier and Joye, Weierstrass Elliptic Curves and Side-Channel
 * Attacks, proposition 3
 */
export function eccMultiply(curve: EccCurve, d: Uint8Array, point: EccPoint): EccPoint | null {
  const { p, a, b } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const scalar = scalarOf(curve, d);
  if (scalar === null || !isOnCurve(curve, point.x, point.y)) return null;
  const [x, y] = [toInteger(point.x), toInteger(point.y)];
  const next = scalarOf(curve, increment(scalar));
  // (n - 1) P = -P, and n P has no coordinates to go by.
  if (next === null) return { x: toOctets(x, size), y: toOctets(p - y, size) };
  const peer = peerKey(curve, x, y);
  const xOfProduct = sharedX(curve, scalar, peer);
  const x1 = toInteger(xOfProduct);
  const x2 = toInteger(sharedX(curve, next, peer));
  const numerator = (x * x1 + a) * (x + x1) + 2n * b - x2 * (x - x1) ** 2n;
  // No point has y = 0: it would be its own negative, and n is an odd prime.
  const inverse = modularInverse(2n * y, p)!;
  return { x: xOfProduct, y: toOctets(modulo(modulo(numerator, p) * inverse, p), size) };
}

/**
 * The signature of a digest with the secret number k, from 1 to n - 1, drawn for this signature
 * alone. Null when k gives none and another one is to be drawn. FIPS 186-4, 6.4 ECDSA
 */
export function ecdsaSign(
  curve: EccCurve,
  d: Uint8Array,
  digest: Uint8Array,
  k: Uint8Array,
): EcdsaSignature | null {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  if (scalarOf(curve, k) === null) return null;
  const r = toInteger(eccPublicFromPrivate(curve, k).x) % n;
  // s = (z + r d) / k with everything secret multiplied by a number nobody knows, since the time
  // of big integers, above all of the inverse, tells about them. It is as fresh as k is.
  const mask = toInteger(scalarFromRandom(curve, concat(hmac('SHA512', k, d), hmac('SHA384', k))));
  const maskedKey = (mask * wide(curve, d)) % n;
  const maskedSum = mask * truncated(digest, n) + r * maskedKey;
  const s = (maskedSum * modularInverse((mask * wide(curve, k)) % n, n)!) % n;
  return r === 0n || s === 0n ? null : { r: toOctets(r, size), s: toOctets(s, size) };
}

/**
 * Whether (r, s) is a signature of the digest by the key (x, y). False for anything out of range
 * and for keys not on the curve. FIPS 186-4, 6.4 ECDSA
 */
export function ecdsaVerify(
  curve: EccCurve,
  x: Uint8Array,
  y: Uint8Array,
  digest: Uint8Array,
  r: Uint8Array,
  s: Uint8Array,
): boolean {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const [first, second] = [toInteger(r), toInteger(s)];
  if (first === 0n || first >= n || second === 0n || second >= n) return false;
  const inverse = modularInverse(second, n)!;
  const u = (truncated(digest, n) * inverse) % n;
  const v = (first * inverse) % n;
  const ofKey = eccMultiply(curve, toOctets(v, size), { x, y });
  if (ofKey === null) return false;
  const ofBase = u === 0n ? null : eccPublicFromPrivate(curve, toOctets(u, size));
  const sum = ofBase === null ? toInteger(ofKey.x) : xOfSum(CURVES[curve], ofBase, ofKey);
  return sum !== null && sum % n === first;
}

// The x-coordinate of a sum, null at infinity. For public points: its time depends on them.
function xOfSum({ p, a }: Curve, left: EccPoint, right: EccPoint): bigint | null {
  const [x1, y1] = [toInteger(left.x), toInteger(left.y)];
  const [x2, y2] = [toInteger(right.x), toInteger(right.y)];
  if (x1 === x2 && y1 !== y2) return null;
  const [rise, run] = x1 === x2 ? [3n * x1 * x1 + a, 2n * y1] : [y2 - y1, x2 - x1];
  const slope = modulo(rise * modularInverse(run, p)!, p);
  return modulo(slope * slope - x1 - x2, p);
}

function sharedX(curve: EccCurve, scalar: Uint8Array, peer: NodePublicKey): Uint8Array {
  const { zeroKey, scalarAt } = PRIVATE_FORM[curve];
  const pkcs8 = zeroKey.slice();
  pkcs8.set(scalar, scalarAt);
  const product = nodeEcShared(pkcs8, peer);
  pkcs8.fill(0);
  return product;
}

function peerKey(curve: EccCurve, x: bigint, y: bigint): NodePublicKey {
  return nodePublicKey(derSequence(algorithmOf(curve), encodedPoint(curve, x, y)));
}

/**
 * The PKCS#8 form of a private key whose scalar is still missing, so that a scalar is copied once.
 * OpenSSL wants to see a public key beside it, and would make it where there is none, at the cost
 * of another multiplication. It does not look at it: the base point stands in.
 */
function privateForm(curve: EccCurve): PrivateForm {
  const { gx, gy } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const version = (octet: number): Uint8Array => derInteger(new Uint8Array([octet]));
  const standIn = der(CONTEXT_1, encodedPoint(curve, gx, gy));
  const privateKey = derSequence(version(1), derOctets(new Uint8Array(size)), standIn);
  const zeroKey = derSequence(version(0), algorithmOf(curve), derOctets(privateKey));
  return { zeroKey, scalarAt: zeroKey.length - standIn.length - size };
}

function algorithmOf(curve: EccCurve): Uint8Array {
  return derSequence(EC_PUBLIC_KEY, CURVES[curve].oid);
}

function encodedPoint(curve: EccCurve, x: bigint, y: bigint): Uint8Array {
  const size = COORDINATE_SIZE[curve];
  return derBits(concat(UNCOMPRESSED, toOctets(x, size), toOctets(y, size)));
}

// The scalar in the octets of the curve, or null when it is not from 1 to n - 1. No branch depends
// on anything but that.
function scalarOf(curve: EccCurve, d: Uint8Array): Uint8Array | null {
  const size = COORDINATE_SIZE[curve];
  const order = toOctets(CURVES[curve].n, size);
  const scalar = new Uint8Array(size);
  let [excess, some, borrow] = [0, 0, 0];
  for (let i = 1; i <= Math.max(size, d.length); i += 1) {
    const octet = i <= d.length ? d[d.length - i]! : 0;
    if (i > size) {
      excess |= octet;
      continue;
    }
    scalar[size - i] = octet;
    some |= octet;
    borrow = (octet - order[size - i]! - borrow) >>> 31;
  }
  return excess === 0 && some !== 0 && borrow === 1 ? scalar : null;
}

// A number that is the secret one modulo n. The time of big integers tells how many digits they
// have: with a 1 in front of its octets every secret number has as many as any other.
function wide(curve: EccCurve, secret: Uint8Array): bigint {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const one = 1n << BigInt(8 * size);
  return toInteger(concat(ONE, padLeft(secret, size))) + modulo(-one, n);
}

function increment(scalar: Uint8Array): Uint8Array {
  const next = scalar.slice();
  let carry = 1;
  for (let i = next.length - 1; i >= 0; i -= 1) {
    carry += next[i]!;
    next[i] = carry & 0xff;
    carry >>= 8;
  }
  return next;
}

// As many leading bits as the order has. FIPS 186-4, 6.4 ECDSA
function truncated(digest: Uint8Array, n: bigint): bigint {
  const surplus = digest.length * 8 - bitLength(n);
  const value = toInteger(digest);
  return surplus > 0 ? value >> BigInt(surplus) : value;
}
