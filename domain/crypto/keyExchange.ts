import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { CURVES } from './curves.ts';
import { eccAdd, eccMultiply, eccPublicFromPrivate } from './ecc.ts';
import type { EccPoint } from './eccPoint.ts';
import { bitLength, toInteger, toOctets } from './integers.ts';
import { secretSum } from './scalars.ts';

/** The secret scalars of one party: of its key, and of a key for this exchange alone. */
export type OwnScalars = { readonly fixed: Uint8Array; readonly ephemeral: Uint8Array };

/** The public points of the other party, both on the curve. */
export type PeerPoints = { readonly fixed: EccPoint; readonly ephemeral: EccPoint };

/**
 * The point that both parties of an MQV exchange work out, (de + avf(Qe) ds) (Pe + avf(Pe) Ps).
 * Null at infinity. SP 800-56A, 5.7.2.3.1 Full MQV Form
 */
export function mqvExchange(curve: EccCurve, own: OwnScalars, peer: PeerPoints): EccPoint | null {
  const bits = Math.ceil(bitLength(CURVES[curve].n) / 2);
  const { x } = eccPublicFromPrivate(curve, own.ephemeral);
  const scalar = secretSum(curve, own.ephemeral, associated(x, bits), own.fixed);
  const ofPeer = times(curve, associated(peer.ephemeral.x, bits), peer.fixed);
  return product(curve, scalar, peer.ephemeral, ofPeer);
}

/**
 * The point that both parties of an SM2 exchange work out, (ds + avf(Qe) de) (Ps + avf(Pe) Pe).
 * Null at infinity. The reference loses most bits of its associated values, so it agrees with
 * nobody who follows the standard. GM/T 0003.3, 6.1 Key exchange protocol
 */
export function sm2Exchange(curve: EccCurve, own: OwnScalars, peer: PeerPoints): EccPoint | null {
  const bits = Math.ceil(bitLength(CURVES[curve].n) / 2) - 1;
  const { x } = eccPublicFromPrivate(curve, own.ephemeral);
  const scalar = secretSum(curve, own.fixed, associated(x, bits), own.ephemeral);
  const ofPeer = times(curve, associated(peer.ephemeral.x, bits), peer.ephemeral);
  return product(curve, scalar, peer.fixed, ofPeer);
}

// The lowest bits of a coordinate with a 1 in front. SP 800-56A, 5.7.2.2
function associated(x: Uint8Array, bits: number): bigint {
  return BigInt.asUintN(bits, toInteger(x)) | (1n << BigInt(bits));
}

function times(curve: EccCurve, factor: bigint, point: EccPoint): EccPoint | null {
  return eccMultiply(curve, toOctets(factor, COORDINATE_SIZE[curve]), point);
}

function product(
  curve: EccCurve,
  scalar: bigint,
  left: EccPoint,
  right: EccPoint | null,
): EccPoint | null {
  const sum = right === null ? null : eccAdd(curve, left, right);
  const octets = toOctets(scalar, COORDINATE_SIZE[curve]);
  const shared = sum === null ? null : eccMultiply(curve, octets, sum);
  octets.fill(0);
  return shared;
}
