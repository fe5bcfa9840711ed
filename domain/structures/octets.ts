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

/** Lower-case hexadecimal digits, two an octet. */
export function toHex(octets: Uint8Array): string {
  let hex = '';
  for (const octet of octets) hex += octet.toString(16).padStart(2, '0');
  return hex;
}

/** The octets of an even number of hexadecimal digits. Throws on anything else. */
export function fromHex(hex: string): Uint8Array {
  if (!/^([0-9a-fA-F]{2})*$/.test(hex)) throw new Error('expected an even number of hex digits');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
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
