import { describe, expect, it } from 'vitest';
import { isExponentPossible, rsaExponent, rsaPrivateKey } from '../../../domain/tpm/rsaKeys.ts';
import { RSA_STORAGE_KEY, outsideRsa } from '../../support/keys.ts';

describe('public exponents', () => {
  it('are 65537 when nothing is said', () => {
    expect(rsaExponent(RSA_STORAGE_KEY)).toBe(65537);
    const parameters = { ...RSA_STORAGE_KEY.parameters, exponent: 17 };
    expect(rsaExponent({ ...RSA_STORAGE_KEY, parameters })).toBe(17);
  });

  it('of keys that are made here are primes from 65537 on', () => {
    const possible = [0, 65537, 65539, 4294967291];
    const impossible = [1, 3, 17, 65521, 65536, 65538, 65541, 4294836225, 4294967295];
    expect(possible.map(isExponentPossible)).toEqual(possible.map(() => true));
    expect(impossible.map(isExponentPossible)).toEqual(impossible.map(() => false));
  });
});

describe('private RSA keys', () => {
  it('belong to their modulus', () => {
    const { inPublic, inPrivate } = outsideRsa('one');
    const other = outsideRsa('other').inPublic;
    if (inPublic.type !== 'RSA' || other.type !== 'RSA') throw new Error('no RSA keys');
    expect(rsaPrivateKey(other, inPrivate)).toBeNull();
    expect(rsaPrivateKey(inPublic, inPrivate)?.size).toBe(256);
  });
});
