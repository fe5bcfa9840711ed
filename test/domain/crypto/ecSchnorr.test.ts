import { describe, expect, it } from 'vitest';
import { CURVES } from '../../../domain/crypto/curves.ts';
import { eccPublicFromPrivate } from '../../../domain/crypto/ecc.ts';
import { ecdaaSign } from '../../../domain/crypto/ecdaa.ts';
import { ecSchnorrSign, ecSchnorrVerify } from '../../../domain/crypto/ecSchnorr.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { toInteger, toOctets } from '../../../domain/crypto/integers.ts';
import { COORDINATE_SIZE, ECC_CURVES } from '../../../domain/structures/eccCurve.ts';
import { HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import { ascii, concat } from '../../../domain/structures/octets.ts';

const hashed = digest('SHA256', ascii('sample'));

describe.each(ECC_CURVES)('ecSchnorrSign on %s', (curve) => {
  const { n } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const [D, K] = [n - 0x1234567n, n - 0x7654321n];
  const [d, k] = [toOctets(D, size), toOctets(K, size)];

  it.each(HASH_ALGS)('is what the formula gives with %s, without a mask', (alg) => {
    const { x } = eccPublicFromPrivate(curve, k);
    const challenge = toInteger(digest(alg, concat(x, hashed)).subarray(0, size));
    const { r, s } = ecSchnorrSign(curve, alg, d, hashed, k)!;
    expect([toInteger(r), toInteger(s)]).toEqual([challenge, (K + challenge * D) % n]);
    expect([r.length, s.length]).toEqual([size, size]);
  });
});

describe('ecSchnorrVerify', () => {
  const curve = 'NIST_P256';
  const { n } = CURVES[curve];
  const d = toOctets(0x1234567n, 32);
  const key = eccPublicFromPrivate(curve, d);
  const { r, s } = ecSchnorrSign(curve, 'SHA256', d, hashed, toOctets(0x7654321n, 32))!;
  const isRight = (change: object, text = hashed) =>
    ecSchnorrVerify(curve, 'SHA256', key, text, { r, s, ...change });

  it('refuses every changed octet, and another hash', () => {
    expect(isRight({})).toBe(true);
    for (let i = 0; i < 32; i += 1) {
      const flip = (value: Uint8Array): Uint8Array => value.with(i, value[i]! ^ 4);
      expect(isRight({ r: flip(r) })).toBe(false);
      expect(isRight({ s: flip(s) })).toBe(false);
      expect(isRight({}, flip(hashed))).toBe(false);
    }
    expect(ecSchnorrVerify(curve, 'SHA512', key, hashed, { r, s })).toBe(false);
  });

  it('refuses numbers from outside 1 to n - 1, and keys beside the curve', () => {
    const zero = new Uint8Array(32);
    for (const change of [{ r: zero }, { s: zero }, { r: toOctets(n, 32) }]) {
      expect(isRight(change)).toBe(false);
    }
    expect(isRight({ s: toOctets(toInteger(s) + n, 33) })).toBe(false);
    const beside = { x: key.y, y: key.x };
    expect(ecSchnorrVerify(curve, 'SHA256', beside, hashed, { r, s })).toBe(false);
  });

  it('answers null to a secret number from outside 1 to n - 1', () => {
    for (const number of [0n, n]) {
      expect(ecSchnorrSign(curve, 'SHA256', d, hashed, toOctets(number, 32))).toBeNull();
    }
  });
});

describe('ecdaaSign', () => {
  it('is what the formula gives, with the nonce as the number that it is', () => {
    const { n } = CURVES.BN_P256;
    const [d, r, nonce] = [123456789n, 987654321n, 0x42n].map((value) => toOctets(value, 32));
    const signature = ecdaaSign('BN_P256', 'SHA256', d!, hashed, r!, nonce!)!;
    expect(signature.r).toEqual(Uint8Array.of(0x42));
    const t = toInteger(digest('SHA256', Uint8Array.of(0x42), hashed)) % n;
    expect(toInteger(signature.s)).toBe((987654321n + t * 123456789n) % n);
  });
});
