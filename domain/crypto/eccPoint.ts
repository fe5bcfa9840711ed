import { concat, fromHex } from '../structures/octets.ts';
import { derBits } from './der.ts';

/** A point, its coordinates padded to the size of the curve. */
export type EccPoint = { readonly x: Uint8Array; readonly y: Uint8Array };

/** id-ecPublicKey, 1.2.840.10045.2.1. RFC 5480, 2.1.1 Unrestricted Algorithm Identifier */
export const EC_PUBLIC_KEY = fromHex('06072a8648ce3d0201');

const UNCOMPRESSED = new Uint8Array([4]);

/** A point in octets, uncompressed. SEC 1, 2.3.3 Elliptic-Curve-Point-to-Octet-String Conversion */
export function pointOctets({ x, y }: EccPoint): Uint8Array {
  return concat(UNCOMPRESSED, x, y);
}

/** A point as the BIT STRING of a public key. RFC 5480, 2.2 Subject Public Key */
export function encodedPoint(point: EccPoint): Uint8Array {
  return derBits(pointOctets(point));
}
