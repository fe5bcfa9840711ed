import { describe, expect, it } from 'vitest';
import { CURVES } from '../../domain/crypto/curves.ts';
import { eccPublicFromPrivate } from '../../domain/crypto/ecc.ts';
import { digest } from '../../domain/crypto/hash.ts';
import { sm2Sign, sm2Verify } from '../../domain/crypto/sm2.ts';
import type { ECC_CURVES } from '../../domain/structures/eccCurve.ts';
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
});
