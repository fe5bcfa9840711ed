const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
);

/** The non-negative integer that the octets spell. RFC 8017, 4.2 OS2IP */
export function toInteger(octets: Uint8Array): bigint {
  if (octets.length === 0) return 0n;
  let hex = '0x';
  for (const octet of octets) hex += HEX[octet]!;
  return BigInt(hex);
}

/**
 * A non-negative integer in exactly `size` octets. Throws when it needs more. RFC 8017, 4.1 I2OSP
 */
export function toOctets(value: bigint, size: number): Uint8Array {
  const hex = (value === 0n ? '' : value.toString(16)).padStart(size * 2, '0');
  if (value < 0n || hex.length > size * 2) throw new Error(`an integer beyond ${size} octets`);
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) octets[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** The representative of `value` from 0 to `modulus` - 1. */
export function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/**
 * The inverse of `value`, or null when they share a factor. Its time depends on the value: secrets
 * are multiplied by something random beforehand.
 */
export function modularInverse(value: bigint, modulus: bigint): bigint | null {
  let [older, newer] = [modulus, modulo(value, modulus)];
  let [olderFactor, newerFactor] = [0n, 1n];
  while (newer !== 0n) {
    const quotient = older / newer;
    [older, newer] = [newer, older - quotient * newer];
    [olderFactor, newerFactor] = [newerFactor, olderFactor - quotient * newerFactor];
  }
  return older === 1n ? modulo(olderFactor, modulus) : null;
}

/** `base` to the power of `exponent`. For public numbers: its time depends on them. */
export function modularPower(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** The number of bits without leading zeros. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
