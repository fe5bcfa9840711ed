import { constants, createSign, createVerify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../domain/crypto/hash.ts';
import { pssEncode, pssSaltSize, pssVerify } from '../../../domain/crypto/pss.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw, rsaPublicRaw } from '../../../domain/crypto/rsa.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import { ascii } from '../../../domain/structures/octets.ts';
import { nodeRsaPair, rsaNumbers } from '../../support/rsaKeys.ts';

const KEY = rsaNumbers('pss');
const PAIR = nodeRsaPair(KEY);
const PRIVATE = rsaPrivateFromPrime(KEY.n, KEY.p, KEY.e)!;
const EM_BITS = 2047;
const TEXT = ascii('what was signed');

const hashAlg = fc.constantFrom(...HASH_ALGS);
const salt = fc.uint8Array({ maxLength: 80 });

describe('pssVerify', () => {
  it('takes what pssEncode made, whatever the size of the salt and of the modulus', () => {
    const bits = fc.integer({ min: 1200, max: 2100 });
    const taken = fc.property(hashAlg, salt, bits, (alg, octets, emBits) => {
      const mHash = digest(alg, TEXT);
      const em = pssEncode(alg, mHash, octets, emBits);
      expect(em.length).toBe(Math.ceil(emBits / 8));
      expect(pssVerify(alg, mHash, em, emBits)).toBe(true);
      expect(pssVerify(alg, mHash, em, emBits, octets.length)).toBe(true);
      expect(pssVerify(alg, mHash, em, emBits, octets.length + 1)).toBe(false);
      expect(pssVerify(alg, digest(alg, octets), em, emBits)).toBe(false);
    });
    fc.assert(taken);
  });

  it.each(HASH_ALGS)('refuses every flipped octet (%s)', (alg) => {
    const mHash = digest(alg, TEXT);
    const em = pssEncode(alg, mHash, new Uint8Array(DIGEST_SIZE[alg]).fill(9), EM_BITS);
    for (let i = 0; i < em.length; i += 1) {
      for (const flip of [0x01, 0x80]) {
        expect(pssVerify(alg, mHash, em.with(i, em[i]! ^ flip), EM_BITS)).toBe(false);
      }
    }
  });

  it('refuses another length', () => {
    const mHash = digest('SHA256', TEXT);
    const em = pssEncode('SHA256', mHash, new Uint8Array(32), EM_BITS);
    expect(pssVerify('SHA256', mHash, em.subarray(1), EM_BITS)).toBe(false);
    expect(pssVerify('SHA256', mHash, em.subarray(0, 33), 8 * 33)).toBe(false);
    expect(pssVerify('SHA256', mHash, new Uint8Array(0), 0)).toBe(false);
  });
});

describe('pssEncode', () => {
  it.each(HASH_ALGS)('is what node verifies, and node makes what verifies (%s)', (alg) => {
    const size = pssSaltSize(alg, EM_BITS);
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size };
    const mHash = digest(alg, TEXT);
    const em = pssEncode(alg, mHash, new Uint8Array(size).fill(5), EM_BITS);
    const ours = rsaPrivateRaw(PRIVATE, em);
    const name = `RSA-${alg}`;
    expect(
      createVerify(name)
        .update(TEXT)
        .verify({ key: PAIR.publicKey, ...pss }, ours),
    ).toBe(true);
    const theirs = createSign(name)
      .update(TEXT)
      .sign({ key: PAIR.privateKey, ...pss });
    const block = rsaPublicRaw(KEY.n, KEY.e, new Uint8Array(theirs));
    expect(pssVerify(alg, mHash, block, EM_BITS, size)).toBe(true);
  });

  it('throws when the modulus is too short for both', () => {
    const mHash = digest('SHA512', TEXT);
    expect(() => pssEncode('SHA512', mHash, new Uint8Array(63), 8 * 128)).toThrow('too short');
    expect(pssEncode('SHA512', mHash, new Uint8Array(62), 8 * 128).length).toBe(128);
  });
});

describe('pssSaltSize', () => {
  it('is that of a digest where there is room, and never negative', () => {
    expect(HASH_ALGS.map((alg) => pssSaltSize(alg, EM_BITS))).toEqual([20, 32, 48, 64]);
    expect(pssSaltSize('SHA512', 1023)).toBe(62);
    expect(pssSaltSize('SHA512', 300)).toBe(0);
  });
});
