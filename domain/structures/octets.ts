/** No octets: the Empty Buffer of Part 1. */
export const EMPTY = new Uint8Array(0);

/** All parts, one after the other, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A UINT16 in its two octets, most significant first. */
export function u16(value: number): Uint8Array {
  return new Uint8Array([value >>> 8, value]);
}

/** A UINT32 in its four octets, most significant first. */
export function u32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
}

/** A UINT64 in its eight octets, most significant first. */
export function u64(value: bigint): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value);
  return octets;
}

/** The octets of an ASCII text, without a terminating zero. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** True when both hold the same octets. Not for secrets: its time depends on the values. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal digits, two an octet. */
export function toHex(octets: Uint8Array): string {
  let hex = '';
  for (let i = 0; i < octets.length; i += 1) hex += HEX[octets[i]!]!;
  return hex;
}

const NO_DIGIT = 0xff;

/** What each ASCII character is worth as a hexadecimal digit. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The octets of an even number of hexadecimal digits. Throws on anything else. */
export function fromHex(hex: string): Uint8Array {
  const octets = new Uint8Array(hex.length >>> 1);
  let isHex = hex.length % 2 === 0;
  for (let i = 0; i < octets.length; i += 1) {
    const high = DIGITS[hex.charCodeAt(2 * i)] ?? NO_DIGIT;
    const low = DIGITS[hex.charCodeAt(2 * i + 1)] ?? NO_DIGIT;
    isHex &&= high < NO_DIGIT && low < NO_DIGIT;
    octets[i] = (high << 4) | low;
  }
  if (!isHex) throw new Error('expected an even number of hex digits');
  return octets;
}

/** The octets without trailing zeros, as authorization values are compared and used. */
export function stripTrailingZeros(octets: Uint8Array): Uint8Array {
  let end = octets.length;
  while (end > 0 && octets[end - 1] === 0) end -= 1;
  return octets.subarray(0, end);
}

/** The octets without the zeros at their beginning, which say nothing in a number. */
export function stripLeadingZeros(octets: Uint8Array): Uint8Array {
  const start = octets.findIndex((octet) => octet !== 0);
  return start < 0 ? EMPTY : octets.subarray(start);
}

/** The octets with zeros in front up to `size`. */
export function padLeft(octets: Uint8Array, size: number): Uint8Array {
  if (octets.length >= size) return octets;
  const padded = new Uint8Array(size);
  padded.set(octets, size - octets.length);
  return padded;
}
