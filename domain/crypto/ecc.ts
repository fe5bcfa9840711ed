import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { CURVES } from './curves.ts';
import type { EccPoint } from './eccPoint.ts';
import { explicitProduct } from './explicitCurve.ts';
import { modularInverse, modulo, toInteger, toOctets } from './integers.ts';
import { namedPeer, namedPublic, namedSharedX } from './namedCurve.ts';
import { incremented, privateScalar } from './scalars.ts';

/** Whether the point is on the curve, with coordinates below p. It is never the one at infinity. */
export function isOnCurve(curve: EccCurve, x: Uint8Array, y: Uint8Array): boolean {
  const { p, a, b } = CURVES[curve];
  const [px, py] = [toInteger(x), toInteger(y)];
  return px < p && py < p && modulo(py * py - (px * px + a) * px - b, p) === 0n;
}

/** The public point of a private scalar, d G. Throws when d is not from 1 to n - 1. */
export function eccPublicFromPrivate(curve: EccCurve, d: Uint8Array): EccPoint {
  const { known, gx, gy } = CURVES[curve];
  const scalar = privateScalar(curve, d);
  if (scalar === null) throw new Error('a private scalar is from 1 to n - 1');
  if (known !== null) return namedPublic(curve, known, scalar);
  return explicitProduct(curve, scalar, pointOf(curve, gx, gy));
}

/**
 * The x-coordinate of d P, all that a shared secret takes: half the work of `eccMultiply`. Null
 * when P is not on the curve or d not from 1 to n - 1. SP 800-56A, 5.7.1.2 ECC CDH Primitive
 */
export function eccSharedX(curve: EccCurve, d: Uint8Array, point: EccPoint): Uint8Array | null {
  const { known } = CURVES[curve];
  const scalar = privateScalar(curve, d);
  if (scalar === null || !isOnCurve(curve, point.x, point.y)) return null;
  const padded = pointOf(curve, toInteger(point.x), toInteger(point.y));
  if (known === null) return explicitProduct(curve, scalar, padded).x;
  return namedSharedX(curve, known, scalar, namedPeer(known, padded));
}

/**
 * The point d P for a secret scalar d, or null when P is not on the curve or d not from 1 to n - 1.
 * OpenSSL multiplies, in constant time. On curves that it has names for it tells the x-coordinate
 * only; the y-coordinate follows from those of P, d P and (d + 1) P. Brier and Joye, Weierstrass
 * Elliptic Curves and Side-Channel Attacks, proposition 3
 */
export function eccMultiply(curve: EccCurve, d: Uint8Array, point: EccPoint): EccPoint | null {
  const { known, p, a, b } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const scalar = privateScalar(curve, d);
  if (scalar === null || !isOnCurve(curve, point.x, point.y)) return null;
  const [x, y] = [toInteger(point.x), toInteger(point.y)];
  const padded = pointOf(curve, x, y);
  if (known === null) return explicitProduct(curve, scalar, padded);
  const next = privateScalar(curve, incremented(scalar));
  // (n - 1) P = -P, and n P has no coordinates to go by.
  if (next === null) return pointOf(curve, x, p - y);
  const peer = namedPeer(known, padded);
  const xOfProduct = namedSharedX(curve, known, scalar, peer);
  const x1 = toInteger(xOfProduct);
  const x2 = toInteger(namedSharedX(curve, known, next, peer));
  const numerator = (x * x1 + a) * (x + x1) + 2n * b - x2 * (x - x1) ** 2n;
  // No point has y = 0: it would be its own negative, and n is an odd prime.
  const inverse = modularInverse(2n * y, p)!;
  return { x: xOfProduct, y: toOctets(modulo(modulo(numerator, p) * inverse, p), size) };
}

/**
 * The point u G + v Q for numbers that everybody knows, from 0 to n - 1: its time depends on them.
 * Null at infinity, for a v of 0, and when Q is not on the curve.
 */
export function eccPublicSum(
  curve: EccCurve,
  u: bigint,
  v: bigint,
  point: EccPoint,
): EccPoint | null {
  const size = COORDINATE_SIZE[curve];
  const ofPoint = eccMultiply(curve, toOctets(v, size), point);
  if (ofPoint === null || u === 0n) return ofPoint;
  return eccAdd(curve, eccPublicFromPrivate(curve, toOctets(u, size)), ofPoint);
}

/** The sum of two points that everybody knows, null at infinity: its time depends on them. */
export function eccAdd(curve: EccCurve, left: EccPoint, right: EccPoint): EccPoint | null {
  const { p, a } = CURVES[curve];
  const [x1, y1] = [toInteger(left.x), toInteger(left.y)];
  const [x2, y2] = [toInteger(right.x), toInteger(right.y)];
  if (x1 === x2 && y1 !== y2) return null;
  const [rise, run] = x1 === x2 ? [3n * x1 * x1 + a, 2n * y1] : [y2 - y1, x2 - x1];
  const slope = modulo(rise * modularInverse(run, p)!, p);
  const x = modulo(slope * slope - x1 - x2, p);
  return pointOf(curve, x, modulo(slope * (x1 - x) - y1, p));
}

function pointOf(curve: EccCurve, x: bigint, y: bigint): EccPoint {
  const size = COORDINATE_SIZE[curve];
  return { x: toOctets(x, size), y: toOctets(y, size) };
}
