import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInteger, toOctets } from '../../../domain/crypto/integers.ts';
import {
  rsaModulus,
  rsaPrivateFromPrime,
  rsaPrivateRaw,
  rsaPublicRaw,
} from '../../../domain/crypto/rsa.ts';
import { toHex } from '../../../domain/structures/octets.ts';
import { nodeRsaPair, rsaNumbers } from '../../support/rsaKeys.ts';

const KEY = rsaNumbers('rsa');
const OTHER = rsaNumbers('another');
const PAIR = nodeRsaPair(KEY);
const PADDING = constants.RSA_NO_PADDING;

/** Numbers below the modulus in 256 octets, small ones among them. */
const number = fc
  .bigInt({ min: 0n, max: toInteger(KEY.n) - 1n })
  .map((value) => toOctets(value, KEY.n.length));

const few = { numRuns: 25 };

describe('rsaPrivateRaw', () => {
  const key = rsaPrivateFromPrime(KEY.n, KEY.p, KEY.e)!;

  it('undoes rsaPublicRaw, as node does', () => {
    const undone = fc.property(number, (message) => {
      const encrypted = rsaPublicRaw(KEY.n, KEY.e, message);
      expect(toHex(encrypted)).toBe(
        publicEncrypt({ key: PAIR.publicKey, padding: PADDING }, message).toString('hex'),
      );
      expect(toHex(rsaPrivateRaw(key, encrypted))).toBe(toHex(message));
    });
    fc.assert(undone, few);
  });

  it('does to any number what node does', () => {
    const done = fc.property(number, (message) => {
      const expected = privateDecrypt({ key: PAIR.privateKey, padding: PADDING }, message);
      expect(toHex(rsaPrivateRaw(key, message))).toBe(expected.toString('hex').padStart(512, '0'));
    });
    fc.assert(done, few);
  });

  it.each([
    ['nought', 0n],
    ['one', 1n],
    ['the modulus less one', toInteger(KEY.n) - 1n],
  ])('takes %s', (_, value) => {
    const message = toOctets(value, KEY.n.length);
    expect(toHex(rsaPrivateRaw(key, rsaPublicRaw(KEY.n, KEY.e, message)))).toBe(toHex(message));
  });

  it('is the same key from either prime, also with zeros in front', () => {
    const message = toOctets(12345n, KEY.n.length);
    const padded = toOctets(toInteger(KEY.q), KEY.q.length + 5);
    const keys = [KEY.q, padded].map((prime) => rsaPrivateFromPrime(KEY.n, prime, KEY.e)!);
    for (const one of keys)
      expect(rsaPrivateRaw(one, message)).toEqual(rsaPrivateRaw(key, message));
  });

  it('takes other exponents', () => {
    const small = rsaNumbers('three', 2048, 3);
    const private3 = rsaPrivateFromPrime(small.n, small.p, 3)!;
    const message = toOctets(7n ** 500n, small.n.length);
    expect(rsaPublicRaw(small.n, 3, rsaPrivateRaw(private3, message))).toEqual(message);
  });

  it('throws for a number that is not below the modulus, or not as long', () => {
    expect(() => rsaPrivateRaw(key, KEY.n)).toThrow('too large');
    expect(() => rsaPrivateRaw(key, KEY.n.subarray(1))).toThrow('octets of the modulus');
  });
});

describe('rsaPrivateFromPrime', () => {
  it('answers null when the prime is not one of the modulus', () => {
    expect(rsaPrivateFromPrime(KEY.n, OTHER.p, KEY.e)).toBeNull();
    expect(rsaPrivateFromPrime(KEY.n, new Uint8Array(0), KEY.e)).toBeNull();
    expect(rsaPrivateFromPrime(KEY.n, Uint8Array.of(1), KEY.e)).toBeNull();
    expect(rsaPrivateFromPrime(KEY.n, KEY.n, KEY.e)).toBeNull();
    expect(rsaPrivateFromPrime(KEY.n, new Uint8Array(128), KEY.e)).toBeNull();
  });

  it('answers null when the exponent has no inverse', () => {
    // p - 1 and q - 1 are even.
    expect(rsaPrivateFromPrime(KEY.n, KEY.p, 2)).toBeNull();
  });

  it('answers null for the square of a prime', () => {
    expect(rsaPrivateFromPrime(rsaModulus(KEY.p, KEY.p), KEY.p, KEY.e)).toBeNull();
  });
});

describe('rsaPublicRaw', () => {
  it('throws for a number that is not below the modulus, or not as long', () => {
    expect(() => rsaPublicRaw(KEY.n, KEY.e, KEY.n)).toThrow('below the modulus');
    expect(() => rsaPublicRaw(KEY.n, KEY.e, new Uint8Array(255))).toThrow('below the modulus');
  });
});
