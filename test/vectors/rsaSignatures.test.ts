import { describe, expect, it } from 'vitest';
import { digest } from '../../domain/crypto/hash.ts';
import { bitLength, modularPower, toInteger } from '../../domain/crypto/integers.ts';
import { pssVerify } from '../../domain/crypto/pss.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw, rsaPublicRaw } from '../../domain/crypto/rsa.ts';
import { rsassaEncode, rsassaVerify } from '../../domain/crypto/rsassa.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import {
  describeCase,
  fixedWidth,
  HASH_NAME,
  hasVectors,
  wycheproof,
  type WycheproofCase,
} from '../support/vectors.ts';

type Numbers = Readonly<{ modulus: string; publicExponent: string }>;
type Verification = Readonly<{ keySize: number; sha: string; publicKey: Numbers }>;
type Generation = Readonly<{
  keySize: number;
  sha: string;
  privateKey: Numbers & Readonly<{ privateExponent: string }>;
}>;
type Case = Readonly<{ msg: string; sig: string }>;

/**
 * The block that a signature opens to, null for one that is not a number below the modulus in the
 * octets of the modulus. TPM2_VerifySignature looks at the same two things first.
 */
function opened({ keySize, publicKey }: Verification, signature: Uint8Array): Uint8Array | null {
  const n = fixedWidth(publicKey.modulus, keySize / 8);
  if (signature.length !== n.length || toInteger(signature) >= toInteger(n)) return null;
  return rsaPublicRaw(n, Number.parseInt(publicKey.publicExponent, 16), signature);
}

/** A prime of a modulus: a square root of 1 which is neither 1 nor -1 has a factor in common. */
function primeOf({ modulus, publicExponent, privateExponent }: Generation['privateKey']): bigint {
  const [n, e, d] = [modulus, publicExponent, privateExponent].map((hex) => BigInt(`0x${hex}`));
  let odd = e! * d! - 1n;
  while (odd % 2n === 0n) odd /= 2n;
  for (let base = 2n; ; base += 1n) {
    let power = modularPower(base, odd, n!);
    for (let next = power; next !== 1n; next = (next * next) % n!) power = next;
    if (power !== 1n && power !== n! - 1n) return greatestCommonDivisor(power - 1n, n!);
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Signatures over SHA-1 and under small exponents are right all the same: policies are the
 * caller's.
 */
const isRight = ({ result, flags }: WycheproofCase): boolean =>
  result === 'valid' || (result === 'acceptable' && !flags.includes('MissingNull'));

const RSASSA = [
  'rsa_signature_2048_sha256',
  'rsa_signature_2048_sha512',
  'rsa_signature_3072_sha384',
];

describe.runIf(hasVectors())('RSASSA', () => {
  // Acceptable is a DigestInfo without its NULL: refused, since we make one block and compare.
  it.each(RSASSA)('agrees with Wycheproof about %s', (name) => {
    for (const group of wycheproof<Verification, Case>(name)) {
      const alg = HASH_NAME[group.sha]!;
      for (const test of group.tests) {
        const block = opened(group, fromHex(test.sig));
        const accepted = block !== null && rsassaVerify(alg, digest(alg, fromHex(test.msg)), block);
        expect(accepted, describeCase(test)).toBe(isRight(test));
      }
    }
  });

  it('makes the signatures of Wycheproof', () => {
    let made = 0;
    for (const group of wycheproof<Generation, Case>('rsa_pkcs1_2048_sig_gen')) {
      const alg = HASH_NAME[group.sha];
      if (alg === undefined) continue;
      const prime = primeOf(group.privateKey);
      const n = fixedWidth(group.privateKey.modulus, group.keySize / 8);
      const size = Math.ceil(bitLength(prime) / 8);
      const e = Number.parseInt(group.privateKey.publicExponent, 16);
      const key = rsaPrivateFromPrime(n, fixedWidth(prime.toString(16), size), e)!;
      for (const test of group.tests) {
        const block = rsassaEncode(alg, digest(alg, fromHex(test.msg)), n.length);
        expect(toHex(rsaPrivateRaw(key, block)), describeCase(test)).toBe(test.sig);
        made += 1;
      }
    }
    expect(made).toBeGreaterThan(20);
  });
});

const PSS = ['rsa_pss_2048_sha256_mgf1_32', 'rsa_pss_3072_sha256_mgf1_32'];

describe.runIf(hasVectors())('RSAPSS', () => {
  it.each(PSS)('agrees with Wycheproof about %s', (name) => {
    for (const group of wycheproof<Verification & Readonly<{ sLen: number }>, Case>(name)) {
      const alg = HASH_NAME[group.sha]!;
      for (const test of group.tests) {
        const block = opened(group, fromHex(test.sig));
        const verify = (saltSize?: number): boolean =>
          block !== null &&
          pssVerify(alg, digest(alg, fromHex(test.msg)), block, group.keySize - 1, saltSize);
        expect(verify(group.sLen), describeCase(test)).toBe(test.result === 'valid');
        // A TPM takes a salt of any length; nothing else becomes right by that.
        const isOtherSalt = test.comment.includes('s_len changed');
        expect(verify(), describeCase(test)).toBe(test.result === 'valid' || isOtherSalt);
      }
    }
  });
});
