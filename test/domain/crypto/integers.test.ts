import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitLength,
  modularInverse,
  modularPower,
  modulo,
  toInteger,
  toOctets,
} from '../../../domain/crypto/integers.ts';
import { fromHex, toHex } from '../../../domain/structures/octets.ts';

const natural = fc.bigInt({ min: 0n, max: 2n ** 300n });
const modulus = fc.bigInt({ min: 2n, max: 2n ** 200n });

describe('toInteger', () => {
  it('reads what toOctets writes, and the reverse', () => {
    const read = fc.property(natural, (value) => {
      expect(toInteger(toOctets(value, 40))).toBe(value);
    });
    fc.assert(read);
    const written = fc.property(fc.uint8Array({ maxLength: 70 }), (octets) => {
      expect(toHex(toOctets(toInteger(octets), octets.length))).toBe(toHex(octets));
    });
    fc.assert(written);
  });

  it('reads the most significant octet first', () => {
    expect(toInteger(fromHex('0100'))).toBe(256n);
    expect(toInteger(new Uint8Array(0))).toBe(0n);
  });
});

describe('toOctets', () => {
  it('throws when a number needs more octets, or is negative', () => {
    expect(() => toOctets(256n, 1)).toThrow('beyond 1 octets');
    expect(() => toOctets(1n, 0)).toThrow('beyond 0 octets');
    expect(() => toOctets(-1n, 4)).toThrow('beyond 4 octets');
  });

  it('writes nothing in no octets', () => {
    expect(toOctets(0n, 0)).toEqual(new Uint8Array(0));
  });
});

describe('modulo', () => {
  it('gives the representative that is not negative', () => {
    const reduced = fc.property(fc.bigInt(), modulus, (value, m) => {
      const rest = modulo(value, m);
      expect(rest >= 0n && rest < m).toBe(true);
      expect((value - rest) % m).toBe(0n);
    });
    fc.assert(reduced);
  });
});

describe('modularInverse', () => {
  it('gives the number whose product is 1, or null when there is none', () => {
    const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b));
    const inverted = fc.property(fc.bigInt(), modulus, (value, m) => {
      const inverse = modularInverse(value, m);
      const isCoprime = divisor(modulo(value, m), m) === 1n;
      expect(inverse !== null).toBe(isCoprime);
      if (inverse === null) return;
      expect(inverse >= 0n && inverse < m).toBe(true);
      expect(modulo(value * inverse, m)).toBe(1n);
    });
    fc.assert(inverted);
  });
});

describe('modularPower', () => {
  it('is repeated multiplication', () => {
    const exponent = fc.bigInt({ min: 0n, max: 60n });
    const powered = fc.property(natural, exponent, modulus, (base, e, m) => {
      expect(modularPower(base, e, m)).toBe(base ** e % m);
    });
    fc.assert(powered);
  });

  it('gives 1 to the power of a prime less 1 (Fermat)', () => {
    const prime = 2n ** 521n - 1n;
    expect(modularPower(3n, prime - 1n, prime)).toBe(1n);
  });
});

describe('bitLength', () => {
  it('counts no leading zeros', () => {
    expect([0n, 1n, 2n, 255n, 256n].map(bitLength)).toEqual([0, 1, 2, 8, 9]);
  });
});
