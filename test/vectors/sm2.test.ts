import { describe, expect, it } from 'vitest';
import { CURVES } from '../../domain/crypto/curves.ts';
import { eccPublicFromPrivate } from '../../domain/crypto/ecc.ts';
import { eccSealed } from '../../domain/crypto/eccEncryption.ts';
import { digest } from '../../domain/crypto/hash.ts';
import { sm2Sign, sm2Verify } from '../../domain/crypto/sm2.ts';
import type { ECC_CURVES } from '../../domain/structures/eccCurve.ts';
import { modularInverse, modulo, toOctets } from '../../domain/crypto/integers.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { sm2Identity, sm3 } from '../support/sm2.ts';
import { botan, fixedWidth, hasVectors, octetsOf } from '../support/vectors.ts';

type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

/** A TPM is given a digest, whatever made it: SM3 as well. */
const HASHES: Readonly<Record<string, Hash>> = {
  SM3: sm3,
  'SHA-256': (...parts) => digest('SHA256', ...parts),
};

/** The cases on curves that a TPM has: the others are on one that stands in the standard alone. */
function casesOf(curve: (typeof ECC_CURVES)[number]) {
  return botan('pubkey-sm2_sig', 'Signature').filter(
    ({ values }) => BigInt(values['P'] ?? '0') === CURVES[curve].p,
  );
}

describe.runIf(hasVectors())('SM2', () => {
  it.each(['SM2_P256', 'NIST_P256'] as const)('signs as Botan does on %s', (curve) => {
    const cases = casesOf(curve);
    expect(cases.length).toBe(2);
    for (const { values } of cases) {
      const hash = HASHES[values['Hash'] ?? '']!;
      const d = fixedWidth(values['x'] ?? '', 32);
      const key = eccPublicFromPrivate(curve, d);
      const identity = sm2Identity(key, values['Ident'], curve, hash);
      const hashed = hash(identity, octetsOf(values['Msg']));
      const signature = sm2Sign(curve, d, hashed, octetsOf(values['Nonce']))!;
      const expected = values['Signature']?.toLowerCase();
      expect(toHex(signature.r) + toHex(signature.s)).toBe(expected);
      expect(sm2Verify(curve, key, hashed, signature)).toBe(true);
      expect(sm2Verify(curve, key, hashed.with(0, hashed[0]! ^ 1), signature)).toBe(false);
    }
  });

  it('encrypts as Botan does, from the shared point on', () => {
    const cases = botan('pubkey-sm2_enc', 'Ciphertext').filter(
      ({ values }) => values['Hash'] === 'SHA-256',
    );
    expect(cases.length).toBe(1);
    for (const { values } of cases) {
      const number = (name: string): bigint => BigInt(values[name] ?? '0');
      // The curve of the standard's examples, which no TPM has: worked out as one learns it.
      const curve = { p: number('P'), a: number('A') };
      const key = multiple(curve, number('x'), { x: number('xG'), y: number('yG') });
      const { x, y } = multiple(curve, BigInt(`0x${values['Nonce'] ?? ''}`), key);
      const shared = { x: toOctets(x, 32), y: toOctets(y, 32) };
      const { c2, c3 } = eccSealed('SHA256', shared, octetsOf(values['Msg']));
      const ciphertext = values['Ciphertext']?.toLowerCase();
      expect(ciphertext?.endsWith(`0420${toHex(c3)}0413${toHex(c2)}`)).toBe(true);
    }
  });
});

type Affine = { readonly x: bigint; readonly y: bigint };
type Weierstrass = { readonly p: bigint; readonly a: bigint };

function sum({ p, a }: Weierstrass, left: Affine, right: Affine): Affine {
  const isSame = left.x === right.x;
  const [rise, run] = isSame
    ? [3n * left.x * left.x + a, 2n * left.y]
    : [right.y - left.y, right.x - left.x];
  const slope = modulo(rise * modularInverse(run, p)!, p);
  const x = modulo(slope * slope - left.x - right.x, p);
  return { x, y: modulo(slope * (left.x - x) - left.y, p) };
}

function multiple(curve: Weierstrass, factor: bigint, point: Affine): Affine {
  const [, ...bits] = factor.toString(2);
  return bits.reduce((product, bit) => {
    const double = sum(curve, product, product);
    return bit === '0' ? double : sum(curve, double, point);
  }, point);
}
