import type { ByteSource } from './drbg.ts';
import { toInteger, toOctets } from './integers.ts';
import { nodeIsPrime, nodeRandomPrime } from './node.ts';

/** Key sizes in bits for which primes are made. */
export type RsaKeyBits = 1024 | 2048 | 3072 | 4096;

/** The two primes of an RSA key, each half as long as the modulus. */
export type RsaPrimes = { readonly p: Uint8Array; readonly q: Uint8Array };

/** How many odd numbers are looked at from one starting point. */
const WINDOW = 4096;

/** How many of them the sieve leaves does not change which prime is found first. */
const SIEVE_PRIME_MAX = 1 << 15;

const SMALL_ODD_PRIMES = smallOddPrimes(SIEVE_PRIME_MAX);

/**
 * The primes of an RSA key, from the octets of a source and nothing else. Primary keys are derived
 * again from their seed at any later time, so this must give the same primes from the same octets
 * for ever; a test pins some. As it is: for p, then for q, take as many octets as the prime has,
 * set the two highest bits and the lowest one; of that number and the 4095 odd ones after it take
 * the first prime whose predecessor has no factor in common with e, and which, for q, differs from
 * p by more than 2^(bits/2 - 100). If there is none, or it has grown a bit too long, start again
 * with the next octets. The top bits give the modulus its full length. `e` is odd.
 * FIPS 186-4, B.3.3 Generation of Random Primes that are Probably Prime
 */
export function rsaPrimesFrom(source: ByteSource, bits: RsaKeyBits, e: number): RsaPrimes {
  const size = bits / 16;
  const p = firstFit(source, size, (candidate) => isFit(candidate, e));
  const q = firstFit(source, size, (candidate) => isFit(candidate, e) && isFar(candidate, p, bits));
  return { p: toOctets(p, size), q: toOctets(q, size) };
}

/**
 * The primes of an RSA key from the randomness of Node.js: every call gives others. They are key
 * material to be handed into a decision, never made inside one. `e` is odd.
 */
export function randomRsaPrimes(bits: RsaKeyBits, e: number): RsaPrimes {
  const p = randomFit(bits, (candidate) => isFit(candidate, e));
  const q = randomFit(bits, (candidate) => isFit(candidate, e) && isFar(candidate, p, bits));
  return { p: toOctets(p, bits / 16), q: toOctets(q, bits / 16) };
}

type Condition = (candidate: bigint) => boolean;

function firstFit(source: ByteSource, size: number, fits: Condition): bigint {
  for (;;) {
    const octets = source(size).slice();
    octets[0] = octets[0]! | 0xc0;
    octets[size - 1] = octets[size - 1]! | 1;
    const found = firstPrimeFrom(octets, fits);
    octets.fill(0);
    if (found !== null) return found;
  }
}

function firstPrimeFrom(octets: Uint8Array, fits: Condition): bigint | null {
  const start = toInteger(octets);
  const end = 1n << BigInt(octets.length * 8);
  const composite = sieve(octets);
  for (let i = 0; i < WINDOW; i += 1) {
    if (composite[i] === 1) continue;
    const candidate = start + BigInt(2 * i);
    if (candidate >= end) return null;
    if (fits(candidate) && nodeIsPrime(toOctets(candidate, octets.length))) return candidate;
  }
  return null;
}

// Marks position i when start + 2i has a small factor.
function sieve(start: Uint8Array): Uint8Array {
  const composite = new Uint8Array(WINDOW);
  for (const prime of SMALL_ODD_PRIMES) {
    const rest = remainder(start, prime);
    // start + 2i = 0 (mod prime): i is half of -start, made even by adding the odd prime.
    const missing = rest === 0 ? 0 : prime - rest;
    const first = missing % 2 === 0 ? missing / 2 : (missing + prime) / 2;
    for (let i = first; i < WINDOW; i += prime) composite[i] = 1;
  }
  return composite;
}

function remainder(octets: Uint8Array, prime: number): number {
  let rest = 0;
  for (let i = 0; i < octets.length; i += 2) {
    rest = (((rest << 16) | (octets[i]! << 8) | octets[i + 1]!) >>> 0) % prime;
  }
  return rest;
}

function randomFit(bits: RsaKeyBits, fits: Condition): bigint {
  for (;;) {
    const candidate = toInteger(nodeRandomPrime(bits / 2));
    if (fits(candidate)) return candidate;
  }
}

function isFit(candidate: bigint, e: number): boolean {
  let [older, newer] = [e, Number((candidate - 1n) % BigInt(e))];
  while (newer !== 0) [older, newer] = [newer, older % newer];
  return older === 1;
}

function isFar(q: bigint, p: bigint, bits: RsaKeyBits): boolean {
  const distance = q > p ? q - p : p - q;
  return distance > 1n << BigInt(bits / 2 - 100);
}

function smallOddPrimes(end: number): readonly number[] {
  const composite = new Uint8Array(end);
  const primes: number[] = [];
  for (let n = 3; n < end; n += 2) {
    if (composite[n] === 1) continue;
    primes.push(n);
    for (let multiple = n * n; multiple < end; multiple += 2 * n) composite[multiple] = 1;
  }
  return primes;
}
