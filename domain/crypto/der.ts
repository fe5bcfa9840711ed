import { concat } from '../structures/octets.ts';

/** Tag octets. X.690, 8.1.2 Identifier octets */
export const DER_TAG = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  SEQUENCE: 0x30,
} as const;

/** A value under its tag octet, in the distinguished encoding. X.690, 8.1 General rules */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concat(...parts);
  return concat(new Uint8Array([tag]), lengthOctets(contents.length), contents);
}

/** A SEQUENCE of encoded values. X.690, 8.9 Encoding of a sequence value */
export function derSequence(...values: readonly Uint8Array[]): Uint8Array {
  return der(DER_TAG.SEQUENCE, ...values);
}

/** A non-negative INTEGER given by its octets. X.690, 8.3 Encoding of an integer value */
export function derInteger(octets: Uint8Array): Uint8Array {
  let first = 0;
  while (first < octets.length - 1 && octets[first] === 0) first += 1;
  const shortest = octets.subarray(first);
  // A first bit that is set would make the number negative.
  const sign = new Uint8Array(shortest.length === 0 || shortest[0]! >= 0x80 ? 1 : 0);
  return der(DER_TAG.INTEGER, sign, shortest);
}

/** An OCTET STRING. X.690, 8.7 Encoding of an octetstring value */
export function derOctets(octets: Uint8Array): Uint8Array {
  return der(DER_TAG.OCTET_STRING, octets);
}

/** A BIT STRING of whole octets. X.690, 8.6 Encoding of a bitstring value */
export function derBits(octets: Uint8Array): Uint8Array {
  return der(DER_TAG.BIT_STRING, new Uint8Array(1), octets);
}

/** The NULL value. X.690, 8.8 Encoding of a null value */
export const DER_NULL = der(DER_TAG.NULL);

/** An element of encoded octets: all of it, what it holds, and what follows its header. */
export type DerElement = {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly contents: Uint8Array;
  /** From its contents to the end of the octets that it was found in. */
  readonly onward: Uint8Array;
};

/** Lengths have at most two octets, and tags one. */
const LONG_TAG = 0x1f;
const ELEMENT_SIZE_MAX = 0x7fff;

/**
 * The element at the beginning of octets; null when there is none, or not as much of it as it
 * claims. Lengths may have more octets than they need. X.690, 8.1 General rules for encoding
 */
export function derElement(octets: Uint8Array): DerElement | null {
  const [tag, first] = octets;
  if (tag === undefined || first === undefined || (tag & LONG_TAG) === LONG_TAG) return null;
  const extra = first === 0x81 ? 1 : first === 0x82 ? 2 : 0;
  if (first >= 0x80 && extra === 0) return null;
  const start = 2 + extra;
  if (octets.length < start) return null;
  const length =
    extra === 0 ? first : octets.subarray(2, start).reduce((sum, o) => sum * 256 + o, 0);
  const end = start + length;
  if (length > ELEMENT_SIZE_MAX || end > octets.length) return null;
  return {
    tag,
    whole: octets.subarray(0, end),
    contents: octets.subarray(start, end),
    onward: octets.subarray(start),
  };
}

/** The elements that octets consist of; null when they are not all elements. */
export function derElements(octets: Uint8Array): readonly DerElement[] | null {
  const elements: DerElement[] = [];
  for (let rest = octets; rest.length > 0; rest = rest.subarray(elements.at(-1)?.whole.length)) {
    const element = derElement(rest);
    if (element === null) return null;
    elements.push(element);
  }
  return elements;
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return new Uint8Array([length]);
  const octets = length < 0x100 ? [length] : [length >>> 8, length & 0xff];
  return new Uint8Array([0x80 | octets.length, ...octets]);
}
