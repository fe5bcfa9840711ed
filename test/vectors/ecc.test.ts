import { describe, expect, it } from 'vitest';
import {
  eccMultiply,
  eccPublicFromPrivate,
  eccSharedX,
  isOnCurve,
} from '../../domain/crypto/ecc.ts';
import type { EccPoint } from '../../domain/crypto/eccPoint.ts';
import { ecdsaVerify } from '../../domain/crypto/ecdsa.ts';
import { digest } from '../../domain/crypto/hash.ts';
import { COORDINATE_SIZE, type EccCurve } from '../../domain/structures/eccCurve.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import {
  botan,
  describeCase,
  fixedWidth,
  HASH_NAME,
  hasVectors,
  octetsOf,
  wycheproof,
} from '../support/vectors.ts';

type SignatureGroup = Readonly<{ publicKey: Readonly<{ wx: string; wy: string }> }>;
type SignatureCase = Readonly<{ msg: string; sig: string }>;
type SharedCase = Readonly<{ public: string; private: string; shared: string }>;

const SIGNATURES: readonly (readonly [string, EccCurve, HashAlg])[] = [
  ['secp192r1_sha256', 'NIST_P192', 'SHA256'],
  ['secp224r1_sha256', 'NIST_P224', 'SHA256'],
  ['secp256r1_sha256', 'NIST_P256', 'SHA256'],
  ['secp256r1_sha512', 'NIST_P256', 'SHA512'],
  ['secp384r1_sha384', 'NIST_P384', 'SHA384'],
  ['secp521r1_sha512', 'NIST_P521', 'SHA512'],
];

const CURVES: readonly (readonly [string, EccCurve])[] = [
  ['secp192r1', 'NIST_P192'],
  ['secp224r1', 'NIST_P224'],
  ['secp256r1', 'NIST_P256'],
  ['secp384r1', 'NIST_P384'],
  ['secp521r1', 'NIST_P521'],
];

/** The two halves of what came behind the octet 04, or null when it is no pair of coordinates. */
function uncompressed(curve: EccCurve, octets: Uint8Array): EccPoint | null {
  const size = COORDINATE_SIZE[curve];
  // A TPMS_ECC_POINT holds both coordinates: what Wycheproof calls acceptable, a point in its
  // compressed form, cannot be said to a TPM and is refused like any other form.
  if (octets.length !== 1 + 2 * size || octets[0] !== 4) return null;
  return { x: octets.subarray(1, 1 + size), y: octets.subarray(1 + size) };
}

function verifies(curve: EccCurve, alg: HashAlg, key: EccPoint, test: SignatureCase): boolean {
  const size = COORDINATE_SIZE[curve];
  const signature = fromHex(test.sig);
  const hashed = digest(alg, fromHex(test.msg));
  // r and s stand in structures of their own: only halves of equal length can be told apart.
  if (signature.length !== 2 * size) return false;
  const [r, s] = [signature.subarray(0, size), signature.subarray(size)];
  return ecdsaVerify(curve, key, hashed, { r, s });
}

describe.runIf(hasVectors())('ECDSA', () => {
  it.each(SIGNATURES)('agrees with Wycheproof about %s', (name, curve, alg) => {
    const size = COORDINATE_SIZE[curve];
    const groups = wycheproof<SignatureGroup, SignatureCase>(`ecdsa_${name}_p1363`);
    for (const { publicKey, tests } of groups) {
      const key = { x: fixedWidth(publicKey.wx, size), y: fixedWidth(publicKey.wy, size) };
      for (const test of tests) {
        const accepted = verifies(curve, alg, key, test);
        expect(accepted, describeCase(test)).toBe(test.result === 'valid');
      }
    }
  });

  it.each(CURVES)('verifies the deterministic signatures of RFC 6979 on %s', (group, curve) => {
    const size = COORDINATE_SIZE[curve];
    const cases = botan('pubkey-ecdsa_rfc6979', 'Signature').filter(
      ({ values }) => values['Group'] === group && HASH_NAME[values['Hash'] ?? ''] !== undefined,
    );
    expect(cases.length).toBeGreaterThan(6);
    for (const { values } of cases) {
      const key = eccPublicFromPrivate(curve, fixedWidth(values['X'] ?? '', size));
      const test = { msg: values['Msg'] ?? '', sig: values['Signature'] ?? '' };
      expect(verifies(curve, HASH_NAME[values['Hash'] ?? '']!, key, test)).toBe(true);
    }
  });
});

describe.runIf(hasVectors())('ECDH', () => {
  // Wycheproof has none for P-192.
  it.each(CURVES.slice(1))('agrees with Wycheproof about %s', (name, curve) => {
    const size = COORDINATE_SIZE[curve];
    for (const { tests } of wycheproof<object, SharedCase>(`ecdh_${name}_ecpoint`)) {
      for (const test of tests) {
        const point = uncompressed(curve, fromHex(test.public));
        const d = fixedWidth(test.private, size);
        const shared = point === null ? null : eccSharedX(curve, d, point);
        const expected = test.result === 'valid' ? test.shared : null;
        expect(shared === null ? null : toHex(shared), describeCase(test)).toBe(expected);
        // The whole point costs twice as much, so it is worked out for some of the cases.
        if (point === null || test.tcId % 8 !== 0) continue;
        const product = eccMultiply(curve, d, point);
        expect(product?.x ?? null, describeCase(test)).toEqual(shared);
        if (product !== null) expect(isOnCurve(curve, product.x, product.y)).toBe(true);
      }
    }
  });

  it.each(CURVES)('agrees with Botan about %s', (name, curve) => {
    const cases = botan('pubkey-ecdh', 'K').filter(({ heading }) => heading === name);
    expect(cases.length).toBeGreaterThan(10);
    for (const { values } of cases) {
      const point = uncompressed(curve, octetsOf(values['CounterKey']))!;
      const d = fixedWidth(values['Secret'] ?? '', COORDINATE_SIZE[curve]);
      expect(toHex(eccSharedX(curve, d, point)!)).toBe(values['K']?.toLowerCase());
    }
  });
});
