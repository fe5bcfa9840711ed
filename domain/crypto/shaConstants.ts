const WORD = 64n;

const PRIMES = firstPrimes(80);

/**
 * The 64-bit words that SHA-384 and SHA-512 add in their rounds, in halves, high one first; the
 * high halves of the first 64 are those of SHA-256. They are the first bits of the fractions of the
 * cube roots of the first primes. FIPS 180-4, 4.2.3 SHA-384, SHA-512 Constants
 */
export const CUBE_ROOTS: Int32Array = halves(PRIMES.map((prime) => fraction(prime, 3n)));

/**
 * What SHA-512 starts from, in halves, high one first; the high halves are what SHA-256 starts
 * from. They come from the square roots of the first 8 primes. FIPS 180-4, 5.3.5 SHA-512
 */
export const SHA512_START: Int32Array = halves(
  PRIMES.slice(0, 8).map((prime) => fraction(prime, 2n)),
);

/** The same of the ninth to the sixteenth prime. FIPS 180-4, 5.3.4 SHA-384 */
export const SHA384_START: Int32Array = halves(
  PRIMES.slice(8, 16).map((prime) => fraction(prime, 2n)),
);

/** The high halves of 64-bit words. */
export function highHalves(words: Int32Array): Int32Array {
  return words.filter((_, i) => i % 2 === 0);
}

function firstPrimes(count: number): readonly bigint[] {
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n += 1n) {
    if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  }
  return primes;
}

// The first 64 bits of the fraction of a root, by Newton's method from above.
function fraction(value: bigint, degree: bigint): bigint {
  const scaled = value << (WORD * degree);
  let root = scaled;
  for (;;) {
    const next = ((degree - 1n) * root + scaled / root ** (degree - 1n)) / degree;
    if (next >= root) return BigInt.asUintN(64, root);
    root = next;
  }
}

function halves(words: readonly bigint[]): Int32Array {
  return Int32Array.from(
    words.flatMap((word) => [Number(word >> 32n), Number(word & 0xffffffffn)]),
  );
}
