import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import { CURVES } from './curves.ts';
import { der, derInteger, derOctets, derSequence } from './der.ts';
import { EC_PUBLIC_KEY, encodedPoint, type EccPoint } from './eccPoint.ts';
import { toOctets } from './integers.ts';
import { nodeEcPublic, nodeEcShared, nodePublicKey, type NodePublicKey } from './node.ts';

const CONTEXT_1 = 0xa1;

type Known = { readonly nodeName: string; readonly oid: Uint8Array };
type PrivateForm = { readonly zeroKey: Uint8Array; readonly scalarAt: number };

const FORMS = new Map<EccCurve, PrivateForm>();

/** The point d G, on a curve that OpenSSL knows, for a scalar in the octets of the curve. */
export function namedPublic(curve: EccCurve, { nodeName }: Known, scalar: Uint8Array): EccPoint {
  const octets = nodeEcPublic(nodeName, scalar);
  const size = COORDINATE_SIZE[curve];
  return { x: octets.subarray(1, 1 + size), y: octets.subarray(1 + size) };
}

/** A public point of a curve that OpenSSL knows, as `namedSharedX` takes it. */
export function namedPeer(known: Known, point: EccPoint): NodePublicKey {
  return nodePublicKey(derSequence(algorithmOf(known), encodedPoint(point)));
}

/** The x-coordinate of d P, all that OpenSSL tells, for a scalar in the octets of the curve. */
export function namedSharedX(
  curve: EccCurve,
  known: Known,
  scalar: Uint8Array,
  peer: NodePublicKey,
): Uint8Array {
  const form = FORMS.get(curve) ?? privateForm(curve, known);
  FORMS.set(curve, form);
  const pkcs8 = form.zeroKey.slice();
  pkcs8.set(scalar, form.scalarAt);
  const product = nodeEcShared(pkcs8, peer);
  pkcs8.fill(0);
  return product;
}

/**
 * The PKCS#8 form of a private key whose scalar is still missing, so that a scalar is copied once.
 * OpenSSL wants to see a public key beside it, and would make it where there is none, at the cost
 * of another multiplication. It does not look at it: the base point stands in.
 */
function privateForm(curve: EccCurve, known: Known): PrivateForm {
  const { gx, gy } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const version = (octet: number): Uint8Array => derInteger(new Uint8Array([octet]));
  const base = { x: toOctets(gx, size), y: toOctets(gy, size) };
  const standIn = der(CONTEXT_1, encodedPoint(base));
  const privateKey = derSequence(version(1), derOctets(new Uint8Array(size)), standIn);
  const zeroKey = derSequence(version(0), algorithmOf(known), derOctets(privateKey));
  return { zeroKey, scalarAt: zeroKey.length - standIn.length - size };
}

function algorithmOf({ oid }: Known): Uint8Array {
  return derSequence(EC_PUBLIC_KEY, oid);
}
