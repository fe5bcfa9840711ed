import { createHash } from 'node:crypto';
import { CURVES } from '../../domain/crypto/curves.ts';
import type { EccPoint } from '../../domain/crypto/eccPoint.ts';
import { modulo, toOctets } from '../../domain/crypto/integers.ts';
import { COORDINATE_SIZE, type EccCurve } from '../../domain/structures/eccCurve.ts';
import { ascii, u16 } from '../../domain/structures/octets.ts';

/** A digest of SM3, which Node.js has and a TPM of ours has not. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const running = createHash('sm3');
  for (const part of parts) running.update(part);
  return new Uint8Array(running.digest());
}

/** The hash of who has an SM2 key: of a name, the curve, and the key. GM/T 0003.2, 5.5 */
export function sm2Identity(
  { x, y }: EccPoint,
  name = '1234567812345678',
  curve: EccCurve = 'SM2_P256',
  hash: (...parts: readonly Uint8Array[]) => Uint8Array = sm3,
): Uint8Array {
  const { p, a, b, gx, gy } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const numbers = [modulo(a, p), b, gx, gy].map((number) => toOctets(number, size));
  return hash(u16(8 * name.length), ascii(name), ...numbers, x, y);
}
