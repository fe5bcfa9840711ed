import { checkPrimeSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { kdfSource, type ByteSource } from '../../../domain/crypto/drbg.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { bitLength, toInteger } from '../../../domain/crypto/integers.ts';
import {
  randomRsaPrimes,
  rsaPrimesFrom,
  type RsaKeyBits,
  type RsaPrimes,
} from '../../../domain/crypto/primes.ts';
import { ascii, concat, toHex } from '../../../domain/structures/octets.ts';

const E = 65537;

const source = (label = 'Primary Object Creation'): ByteSource =>
  kdfSource(ascii('a primary seed'), label, ascii('a template'));

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** FIPS 186-4, B.3.1 Criteria for IFC Key Pairs, and the full length of the modulus. */
function expectFit({ p, q }: RsaPrimes, bits: RsaKeyBits, e: number): void {
  const [first, second] = [toInteger(p), toInteger(q)];
  for (const prime of [first, second]) {
    expect(checkPrimeSync(prime)).toBe(true);
    expect(gcd(prime - 1n, BigInt(e))).toBe(1n);
    expect(bitLength(prime)).toBe(bits / 2);
    expect(2n * prime ** 2n > 2n ** BigInt(bits)).toBe(true);
  }
  const distance = first > second ? first - second : second - first;
  expect(distance > 2n ** BigInt(bits / 2 - 100)).toBe(true);
  expect(bitLength(first * second)).toBe(bits);
}

/** What the docblock says, without a sieve. */
function firstPrime(octets: Uint8Array, e: bigint): bigint {
  const start = toInteger(octets) | (3n << BigInt(8 * octets.length - 2)) | 1n;
  for (let candidate = start; candidate < start + 8192n; candidate += 2n) {
    if (gcd(candidate - 1n, e) === 1n && checkPrimeSync(candidate)) return candidate;
  }
  throw new Error('these octets were chosen because they lead to a prime');
}

describe('rsaPrimesFrom', () => {
  // Keys were derived by it: should these digests ever change, those keys are gone.
  it.each([
    [2048, '0302f900e7f4ce9e16a3978e0c7971ea669ba48c7540be7309686d377c257a0d'],
    [3072, 'bd6019faf69e32af176e04df8b31aa279335e59c667d3ea25b1d75c1769da315'],
  ] as const)('gives the primes of %i bits that it always gave', (bits, pinned) => {
    const primes = rsaPrimesFrom(source(), bits, E);
    expectFit(primes, bits, E);
    expect(toHex(digest('SHA256', primes.p, primes.q))).toBe(pinned);
  });

  it('takes the first primes that its octets lead to', () => {
    const { p, q } = rsaPrimesFrom(source('SEARCH'), 2048, E);
    const octets = source('SEARCH');
    expect(toInteger(p)).toBe(firstPrime(octets(128), BigInt(E)));
    expect(toInteger(q)).toBe(firstPrime(octets(128), BigInt(E)));
  });

  it('gives the same primes for the same octets, others for another label', () => {
    const [one, same, other] = ['A', 'A', 'B'].map((label) =>
      rsaPrimesFrom(source(label), 2048, E),
    );
    expect(same).toEqual(one);
    expect(toHex(concat(other!.p, other!.q))).not.toContain(toHex(one!.p));
    expect(toHex(other!.q)).not.toBe(toHex(one!.q));
  });

  it('gives primes that go with a small exponent', () => {
    expectFit(rsaPrimesFrom(source('C'), 2048, 3), 2048, 3);
  });

  it('looks further when the octets lead to the same prime again, or beyond the size', () => {
    const one = source('D')(128);
    const high = new Uint8Array(128).fill(0xff);
    const octets = [high, one, one, source('E')(128)];
    const { p, q } = rsaPrimesFrom(() => octets.shift()!, 2048, E);
    expectFit({ p, q }, 2048, E);
    expect(octets).toEqual([]);
    expect(toInteger(p)).toBe(firstPrime(one, BigInt(E)));
  });
});

describe('randomRsaPrimes', () => {
  it('gives primes that are fit, and others every time', () => {
    const [one, other] = [randomRsaPrimes(2048, E), randomRsaPrimes(2048, E)];
    expectFit(one, 2048, E);
    expect(toHex(one.p)).not.toBe(toHex(other.p));
    expect(toHex(one.q)).not.toBe(toHex(one.p));
  });
});
