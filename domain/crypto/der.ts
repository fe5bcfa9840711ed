import { concat } from '../structures/octets.ts';

const TAG = { INTEGER: 0x02, BIT_STRING: 0x03, OCTET_STRING: 0x04, NULL: 0x05, SEQUENCE: 0x30 };

/** A value under its tag octet, in the distinguished encoding. X.690, 8.1 General rules */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concat(...parts);
  return concat(new Uint8Array([tag]), lengthOctets(contents.length), contents);
}

/** A SEQUENCE of encoded values. X.690, 8.9 Encoding of a sequence value */
export function derSequence(...values: readonly Uint8Array[]): Uint8Array {
  return der(TAG.SEQUENCE, ...values);
}

/** A non-negative INTEGER given by its octets. X.690, 8.3 Encoding of an integer value */
export function derInteger(octets: Uint8Array): Uint8Array {
  let first = 0;
  while (first < octets.length - 1 && octets[first] === 0) first += 1;
  const shortest = octets.subarray(first);
  // A first bit that is set would make the number negative.
  const sign = new Uint8Array(shortest.length === 0 || shortest[0]! >= 0x80 ? 1 : 0);
  return der(TAG.INTEGER, sign, shortest);
}

/** An OCTET STRING. X.690, 8.7 Encoding of an octetstring value */
export function derOctets(octets: Uint8Array): Uint8Array {
  return der(TAG.OCTET_STRING, octets);
}

/** A BIT STRING of whole octets. X.690, 8.6 Encoding of a bitstring value */
export function derBits(octets: Uint8Array): Uint8Array {
  return der(TAG.BIT_STRING, new Uint8Array(1), octets);
}

/** The NULL value. X.690, 8.8 Encoding of a null value */
export const DER_NULL = der(TAG.NULL);

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return new Uint8Array([length]);
  const octets = length < 0x100 ? [length] : [length >>> 8, length & 0xff];
  return new Uint8Array([0x80 | octets.length, ...octets]);
}
