import { describe, expect, test } from 'vitest';
import { eccParameters } from '../../../../domain/commands/asymmetric/eccParameters.ts';
import { isOnCurve } from '../../../../domain/crypto/ecc.ts';
import { toHex } from '../../../../domain/structures/octets.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

type Detail = Readonly<Record<'p' | 'a' | 'b' | 'gX' | 'gY' | 'n' | 'h', Uint8Array>>;

function detailOf(curveID: string): Detail {
  return given(started()).when(eccParameters, { curveID }).response['parameters'] as Detail;
}

describe('eccParameters', () => {
  test('tells P-256 as SP 800-186 has it', () => {
    const { p, a, n, h } = detailOf('NIST_P256');
    expect(toHex(p)).toBe('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff');
    expect(toHex(a)).toBe('ffffffff00000001000000000000000000000000fffffffffffffffffffffffc');
    expect(toHex(n)).toBe('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    expect(toHex(h)).toBe('01');
  });

  test.each([
    ['NIST_P192', 192, 'SHA256'],
    ['NIST_P224', 224, 'SHA256'],
    ['NIST_P256', 256, 'SHA256'],
    ['NIST_P384', 384, 'SHA384'],
    ['NIST_P521', 521, 'SHA512'],
    ['BN_P256', 256, null],
    ['BN_P638', 638, null],
    ['SM2_P256', 256, 'SM3_256'],
  ] as const)('tells %s of %i bits with a generator on it', (curveID, keySize, hashAlg) => {
    const kdf = hashAlg === null ? { scheme: 'NULL' } : { scheme: 'KDF1_SP800_56A', hashAlg };
    given(started())
      .when(eccParameters, { curveID })
      .answers({ parameters: { curveID, keySize, kdf, sign: { scheme: 'NULL' } } });
    const { gX, gY } = detailOf(curveID);
    expect(isOnCurve(curveID, gX, gY)).toBe(true);
  });

  test('pads small numbers to the size of the curve, but no a of zero', () => {
    const { a, b, gX, h } = detailOf('BN_P256');
    expect([b, gX].map(toHex)).toEqual([3, 1].map((n) => n.toString(16).padStart(64, '0')));
    expect(toHex(h)).toBe('01');
    expect(toHex(a)).toBe('00');
  });
});
