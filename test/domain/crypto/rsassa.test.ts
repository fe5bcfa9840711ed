import { createSign, createVerify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../domain/crypto/hash.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw, rsaPublicRaw } from '../../../domain/crypto/rsa.ts';
import { digestInfo, rsassaEncode, rsassaVerify } from '../../../domain/crypto/rsassa.ts';
import { HASH_ALGS, type HashAlg } from '../../../domain/structures/hashAlg.ts';
import { ascii, toHex } from '../../../domain/structures/octets.ts';
import { nodeRsaPair, rsaNumbers } from '../../support/rsaKeys.ts';

const KEY = rsaNumbers('rsassa');
const PAIR = nodeRsaPair(KEY);
const PRIVATE = rsaPrivateFromPrime(KEY.n, KEY.q, KEY.e)!;
const TEXT = ascii('what was signed');

/** RFC 8017, 9.2 EMSA-PKCS1-v1_5, note 1: what stands before the digest. */
const PREFIX: Readonly<Record<HashAlg, string>> = {
  SHA1: '3021300906052b0e03021a05000414',
  SHA256: '3031300d060960864801650304020105000420',
  SHA384: '3041300d060960864801650304020205000430',
  SHA512: '3051300d060960864801650304020305000440',
};

describe('digestInfo', () => {
  it.each(HASH_ALGS)('begins as RFC 8017 lists it for %s', (alg) => {
    const hashed = digest(alg, TEXT);
    expect(toHex(digestInfo(alg, hashed))).toBe(PREFIX[alg] + toHex(hashed));
  });
});

describe('rsassaEncode', () => {
  it.each(HASH_ALGS)('makes the signature that node makes, and verifies it (%s)', (alg) => {
    const hashed = digest(alg, TEXT);
    const signature = rsaPrivateRaw(PRIVATE, rsassaEncode(alg, hashed, 256));
    const name = `RSA-${alg}`;
    expect(toHex(signature)).toBe(createSign(name).update(TEXT).sign(PAIR.privateKey, 'hex'));
    expect(createVerify(name).update(TEXT).verify(PAIR.publicKey, signature)).toBe(true);
    expect(rsassaVerify(alg, hashed, rsaPublicRaw(KEY.n, KEY.e, signature))).toBe(true);
  });

  it('throws when the modulus is too short', () => {
    expect(() => rsassaEncode('SHA512', digest('SHA512', TEXT), 93)).toThrow('too short');
    expect(rsassaEncode('SHA512', digest('SHA512', TEXT), 94).length).toBe(94);
  });
});

describe('rsassaVerify', () => {
  const hashed = digest('SHA256', TEXT);
  const em = rsassaEncode('SHA256', hashed, 256);

  it('refuses every flipped octet, another digest and another hash', () => {
    for (let i = 0; i < em.length; i += 1) {
      expect(rsassaVerify('SHA256', hashed, em.with(i, em[i]! ^ 0x10))).toBe(false);
    }
    expect(rsassaVerify('SHA256', digest('SHA256', em), em)).toBe(false);
    expect(rsassaVerify('SHA1', hashed.subarray(0, 20), em)).toBe(false);
  });

  it('refuses a block with less padding and something behind it', () => {
    const short = rsassaEncode('SHA256', hashed, 200);
    expect(rsassaVerify('SHA256', hashed, Uint8Array.of(...short, ...new Uint8Array(56)))).toBe(
      false,
    );
    expect(rsassaVerify('SHA256', hashed, em.subarray(0, 61))).toBe(false);
  });
});
