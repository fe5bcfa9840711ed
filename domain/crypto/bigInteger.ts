/** The unsigned number of big-endian octets. */
export function toBigInteger(octets: Uint8Array): bigint {
  let hex = '';
  for (const octet of octets) hex += octet.toString(16).padStart(2, '0');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/** The number as `size` big-endian octets; it must fit. */
export function fromBigInteger(value: bigint, size: number): Uint8Array {
  const hex = value.toString(16).padStart(size * 2, '0');
  if (hex.length !== size * 2) throw new Error('the number does not fit its octets');
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) {
    octets[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  }
  return octets;
}

/** value mod modulus, never negative. */
export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** The inverse of a value modulo a modulus that it has no divisor in common with. */
export function invert(value: bigint, modulus: bigint): bigint {
  let [r0, r1] = [modulus, mod(value, modulus)];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  if (r0 !== 1n) throw new Error('the value has no inverse');
  return mod(t0, modulus);
}
