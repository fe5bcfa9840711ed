import { describe, expect, it } from 'vitest';
import { oaepUnpad } from '../../domain/crypto/oaep.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw } from '../../domain/crypto/rsa.ts';
import { rsaesUnpad } from '../../domain/crypto/rsaes.ts';
import { toInteger } from '../../domain/crypto/integers.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import { describeCase, fixedWidth, hasVectors, wycheproof } from '../support/vectors.ts';

type Group = Readonly<{
  keySize: number;
  privateKey: Readonly<Record<'modulus' | 'publicExponent' | 'prime1' | 'prime2', string>>;
}>;
type Case = Readonly<{ msg: string; ct: string; label?: string }>;

const OAEP: readonly (readonly [string, HashAlg])[] = [
  ['rsa_oaep_2048_sha1_mgf1sha1', 'SHA1'],
  ['rsa_oaep_2048_sha256_mgf1sha256', 'SHA256'],
];

/** The private operation of a key of which a TPM keeps one prime, either of them. */
function decryption(
  group: Group,
  prime: 'prime1' | 'prime2',
): (ct: Uint8Array) => Uint8Array | null {
  const n = fixedWidth(group.privateKey.modulus, group.keySize / 8);
  const p = fixedWidth(group.privateKey[prime], group.keySize / 16);
  const key = rsaPrivateFromPrime(n, p, Number.parseInt(group.privateKey.publicExponent, 16))!;
  // TPM2_RSA_Decrypt refuses these two beforehand, with SIZE and VALUE.
  return (ct) =>
    ct.length !== n.length || toInteger(ct) >= toInteger(n) ? null : rsaPrivateRaw(key, ct);
}

describe.runIf(hasVectors())('RSA decryption', () => {
  it.each(OAEP)('agrees with Wycheproof about %s', (name, alg) => {
    for (const group of wycheproof<Group, Case>(name)) {
      const decrypt = decryption(group, 'prime1');
      for (const test of group.tests) {
        const block = decrypt(fromHex(test.ct));
        const message = block && oaepUnpad(alg, fromHex(test.label ?? ''), block);
        const expected = test.result === 'valid' ? test.msg : null;
        expect(message && toHex(message), describeCase(test)).toBe(expected);
      }
    }
  });

  it('agrees with Wycheproof about rsa_pkcs1_2048', () => {
    for (const group of wycheproof<Group, Case>('rsa_pkcs1_2048')) {
      const decrypt = decryption(group, 'prime2');
      for (const test of group.tests) {
        const block = decrypt(fromHex(test.ct));
        const message = block && rsaesUnpad(block);
        const expected = test.result === 'valid' ? test.msg : null;
        expect(message && toHex(message), describeCase(test)).toBe(expected);
      }
    }
  });
});
