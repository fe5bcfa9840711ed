import { fromBigInteger, toBigInteger } from './bigInteger.ts';
import type { ByteSource } from './drbg.ts';
import { checkPrimeSync, generatePrimeSync } from './node.ts';

/** Sizes of RSA keys in bits. */
export type RsaBits = 1024 | 2048 | 3072 | 4096;

/** The odd primes below this sort out most candidates. */
const SIEVE_LIMIT = 8192;
const SMALL_PRIMES = sieve(SIEVE_LIMIT);

function sieve(limit: number): readonly number[] {
  const isComposite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) {
    if (isComposite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < limit; multiple += 2 * n) isComposite[multiple] = 1;
  }
  return primes;
}

/**
 * The primes of an RSA key that follow from a source of octets: the same octets give the same primes,
 * for ever, since keys are derived again after every restart. Each prime is the first probable prime
 * at or after an odd number drawn from the source, whose two highest bits are set, that e allows; a
 * start from which the highest bits would be left is dropped. FIPS 186-4, B.3.3
 */
export function rsaPrimesFrom(
  source: ByteSource,
  bits: RsaBits,
  exponent: number,
): { readonly p: Uint8Array; readonly q: Uint8Array } {
  const size = bits / 16;
  const p = nextPrime(source, size, exponent);
  for (;;) {
    const q = nextPrime(source, size, exponent);
    const distance = p > q ? p - q : q - p;
    if (distance >> BigInt(bits / 2 - 100) === 0n) continue;
    return { p: fromBigInteger(p, size), q: fromBigInteger(q, size) };
  }
}

/** How far from its start a prime is looked for: the chance to find none is below 2^-60. */
const DISTANCE_MAX = 65536;

function nextPrime(source: ByteSource, size: number, exponent: number): bigint {
  for (;;) {
    const octets = source(size).slice();
    octets[0] = (octets[0] ?? 0) | 0xc0;
    octets[size - 1] = (octets[size - 1] ?? 0) | 1;
    const start = toBigInteger(octets);
    const limit = 1n << BigInt(size * 8);
    const residues = SMALL_PRIMES.map((prime) => Number(start % BigInt(prime)));
    const excluded = Number(start % BigInt(exponent));
    for (let offset = 0; offset < DISTANCE_MAX; offset += 2) {
      if (residues.some((residue, i) => (residue + offset) % (SMALL_PRIMES[i] ?? 1) === 0))
        continue;
      if ((excluded + offset) % exponent === 1) continue;
      const candidate = start + BigInt(offset);
      if (candidate >= limit) break;
      if (checkPrimeSync(candidate)) return candidate;
    }
  }
}

/** The primes of a random RSA key; slow, so it belongs in a worker thread. FIPS 186-4, B.3.3 */
export function randomRsaPrimes(
  bits: RsaBits,
  exponent: number,
): { readonly p: Uint8Array; readonly q: Uint8Array } {
  const size = bits / 16;
  const p = randomPrime(bits / 2, exponent);
  for (;;) {
    const q = randomPrime(bits / 2, exponent);
    const distance = p > q ? p - q : q - p;
    if (distance >> BigInt(bits / 2 - 100) === 0n) continue;
    return { p: fromBigInteger(p, size), q: fromBigInteger(q, size) };
  }
}

function randomPrime(bits: number, exponent: number): bigint {
  for (;;) {
    const prime = generatePrimeSync(bits, { bigint: true });
    const isHigh = prime >> BigInt(bits - 2) === 3n;
    if (isHigh && prime % BigInt(exponent) !== 1n) return prime;
  }
}
