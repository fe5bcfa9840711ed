import type { EccCurve } from '../structures/eccCurve.ts';
import { concat } from '../structures/octets.ts';
import { fromBigInteger, invert, mod, toBigInteger } from './bigInteger.ts';
import { createECDH } from './node.ts';

/** A short Weierstrass curve of prime order: y^2 = x^3 + ax + b over p, with base point G of order n. */
export type Curve = {
  readonly nodeName: string;
  /** Octets of a coordinate. */
  readonly size: number;
  readonly p: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly gx: bigint;
  readonly gy: bigint;
  readonly n: bigint;
};

/** A point in octets, each coordinate as long as the curve's field. */
export type Point = { readonly x: Uint8Array; readonly y: Uint8Array };

const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P384 = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const P521 = 2n ** 521n - 1n;

/** The curves: another one is another row. NIST SP 800-186, 3.2.1 */
export const CURVES: Readonly<Record<EccCurve, Curve>> = {
  NIST_P256: {
    nodeName: 'prime256v1',
    size: 32,
    p: P256,
    a: P256 - 3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  NIST_P384: {
    nodeName: 'secp384r1',
    size: 48,
    p: P384,
    a: P384 - 3n,
    b: BigInt(
      '0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a' +
        'c656398d8a2ed19d2a85c8edd3ec2aef',
    ),
    gx: BigInt(
      '0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38' +
        '5502f25dbf55296c3a545e3872760ab7',
    ),
    gy: BigInt(
      '0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0' +
        '0a60b1ce1d7e819d7a431d7c90ea0e5f',
    ),
    n: BigInt(
      '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf' +
        '581a0db248b0a77aecec196accc52973',
    ),
  },
  NIST_P521: {
    nodeName: 'secp521r1',
    size: 66,
    p: P521,
    a: P521 - 3n,
    b: BigInt(
      '0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef10' +
        '9e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00',
    ),
    gx: BigInt(
      '0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3' +
        'dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
    ),
    gy: BigInt(
      '0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e6' +
        '62c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
    ),
    n: BigInt(
      '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
        'ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
  },
};

/** A private scalar from random octets, at least 8 more than the order has. FIPS 186-4, B.4.1 */
export function scalarFromRandom(curve: EccCurve, octets: Uint8Array): Uint8Array {
  const { n, size } = CURVES[curve];
  return fromBigInteger((toBigInteger(octets) % (n - 1n)) + 1n, size);
}

/** True when the point is on the curve, its coordinates below p. */
export function isOnCurve(curve: EccCurve, x: Uint8Array, y: Uint8Array): boolean {
  const { p, a, b } = CURVES[curve];
  const [px, py] = [toBigInteger(x), toBigInteger(y)];
  return px < p && py < p && mod(py * py - (px * px * px + a * px + b), p) === 0n;
}

function ecdh(curve: Curve, d: Uint8Array): ReturnType<typeof createECDH> {
  const agreement = createECDH(curve.nodeName);
  agreement.setPrivateKey(fromBigInteger(toBigInteger(d), curve.size));
  return agreement;
}

/** d * G, for 0 < d < n, in constant time by OpenSSL. */
export function eccPublicFromPrivate(curve: EccCurve, d: Uint8Array): Point {
  const row = CURVES[curve];
  const point = new Uint8Array(ecdh(row, d).getPublicKey());
  return { x: point.slice(1, 1 + row.size), y: point.slice(1 + row.size) };
}

function xOfMultiple(row: Curve, d: bigint, point: Uint8Array): bigint {
  const scalar = fromBigInteger(d, row.size);
  return toBigInteger(ecdh(row, scalar).computeSecret(point));
}

/**
 * d * P for a secret d, 0 < d < n; null when P is not on the curve.
 *
 * OpenSSL multiplies but gives x only; y follows from x(dP) and x((d+1)P). Brier and Joye, Weierstrass
 * Elliptic Curves and Side-Channel Attacks, proposition 3
 */
export function eccMultiply(curve: EccCurve, d: Uint8Array, { x, y }: Point): Point | null {
  if (!isOnCurve(curve, x, y)) return null;
  const row = CURVES[curve];
  const { p, a, b, n, size } = row;
  const [px, py, scalar] = [toBigInteger(x), toBigInteger(y), toBigInteger(d)];
  if (scalar <= 0n || scalar >= n) return null;
  if (scalar === n - 1n) {
    return { x: fromBigInteger(px, size), y: fromBigInteger(mod(-py, p), size) };
  }
  const encoded = encodePoint(row, px, py);
  const x1 = xOfMultiple(row, scalar, encoded);
  const x2 = xOfMultiple(row, scalar + 1n, encoded);
  const numerator = 2n * b + (a + px * x1) * (px + x1) - x2 * (px - x1) * (px - x1);
  const y1 = mod(numerator * invert(2n * py, p), p);
  return { x: fromBigInteger(x1, size), y: fromBigInteger(y1, size) };
}

function encodePoint({ size }: Curve, x: bigint, y: bigint): Uint8Array {
  return concat(new Uint8Array([4]), fromBigInteger(x, size), fromBigInteger(y, size));
}

/** The digest as a number of as many bits as the order has. FIPS 186-4, 6.4 */
function truncated(digest: Uint8Array, n: bigint): bigint {
  const orderBits = n.toString(2).length;
  const surplus = digest.length * 8 - orderBits;
  const value = toBigInteger(digest);
  return surplus > 0 ? value >> BigInt(surplus) : value;
}

/**
 * The ECDSA signature with the secret number k, 0 < k < n; null when k cannot be used and another
 * one is to be drawn. `blind` (0 < blind < n) hides k and d from the timing of the arithmetic.
 * FIPS 186-4, 6.4 ECDSA Digital Signature Generation
 */
export function ecdsaSign(
  curve: EccCurve,
  d: Uint8Array,
  digest: Uint8Array,
  k: Uint8Array,
  blind: Uint8Array,
): { readonly r: Uint8Array; readonly s: Uint8Array } | null {
  const { n, size } = CURVES[curve];
  const r = mod(toBigInteger(eccPublicFromPrivate(curve, k).x), n);
  if (r === 0n) return null;
  const mask = toBigInteger(blind);
  const maskedKey = mod(mask * toBigInteger(d), n);
  const maskedSum = mod(mask * truncated(digest, n) + r * maskedKey, n);
  const s = mod(maskedSum * invert(mask * toBigInteger(k), n), n);
  if (s === 0n) return null;
  return { r: fromBigInteger(r, size), s: fromBigInteger(s, size) };
}

/** True when the signature is that of the digest. FIPS 186-4, 6.4 ECDSA Signature Verification */
export function ecdsaVerify(
  curve: EccCurve,
  x: Uint8Array,
  y: Uint8Array,
  digest: Uint8Array,
  r: Uint8Array,
  s: Uint8Array,
): boolean {
  const row = CURVES[curve];
  const { n, p, size } = row;
  const [rr, ss] = [toBigInteger(r), toBigInteger(s)];
  if (rr <= 0n || rr >= n || ss <= 0n || ss >= n || !isOnCurve(curve, x, y)) return false;
  const w = invert(ss, n);
  const u1 = mod(truncated(digest, n) * w, n);
  const u2 = mod(rr * w, n);
  const second = eccMultiply(curve, fromBigInteger(u2, size), { x, y });
  if (second === null) return false;
  const first = u1 === 0n ? null : eccPublicFromPrivate(curve, fromBigInteger(u1, size));
  const sumX = first === null ? toBigInteger(second.x) : sumOf(row, first, second);
  return sumX !== null && mod(sumX % p, n) === rr;
}

/** The x coordinate of the sum of two points, null at infinity. For public points only. */
function sumOf({ p, a }: Curve, left: Point, right: Point): bigint | null {
  const [x1, y1] = [toBigInteger(left.x), toBigInteger(left.y)];
  const [x2, y2] = [toBigInteger(right.x), toBigInteger(right.y)];
  if (x1 === x2 && mod(y1 + y2, p) === 0n) return null;
  const slope =
    x1 === x2
      ? mod((3n * x1 * x1 + a) * invert(2n * y1, p), p)
      : mod((y2 - y1) * invert(x2 - x1, p), p);
  return mod(slope * slope - x1 - x2, p);
}
