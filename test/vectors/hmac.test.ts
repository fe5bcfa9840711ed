import { describe, expect, it } from 'vitest';
import { equalOctets } from '../../domain/crypto/constantTime.ts';
import { digest, hmac } from '../../domain/crypto/hash.ts';
import {
  hashFinish,
  hashStart,
  hashUpdate,
  hmacFinish,
  hmacStart,
} from '../../domain/crypto/sha.ts';
import { HASH_ALGS, type HashAlg } from '../../domain/structures/hashAlg.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import {
  botan,
  describeCase,
  HASH_NAME,
  hasVectors,
  octetsOf,
  wycheproof,
} from '../support/vectors.ts';

type Group = Readonly<{ tagSize: number }>;
type Case = Readonly<{ key: string; msg: string; tag: string }>;

const FILES: readonly (readonly [string, HashAlg])[] = [
  ['hmac_sha1', 'SHA1'],
  ['hmac_sha256', 'SHA256'],
  ['hmac_sha384', 'SHA384'],
  ['hmac_sha512', 'SHA512'],
];

/** The other headings of Botan's file, and why they are left out. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^HMAC\((MD5|RIPEMD-160|SHA-224|SHA-512-256)\)$/, 'no algorithm of a TPM'],
  [/^HMAC\(SHA-3\(\d+\)\)$/, 'no profile has SHA-3: the reference is built without it'],
];

describe.runIf(hasVectors())('HMAC', () => {
  it.each(FILES)('agrees with Wycheproof about %s', (name, alg) => {
    const groups = wycheproof<Group, Case>(name);
    for (const { tagSize, tests } of groups) {
      for (const test of tests) {
        const [key, message] = [fromHex(test.key), fromHex(test.msg)];
        const mac = hmac(alg, key, message).subarray(0, tagSize / 8);
        const stored = hmacFinish(hashUpdate(hmacStart(alg, key), message), key);
        expect(toHex(stored.subarray(0, tagSize / 8))).toBe(toHex(mac));
        const accepted = equalOctets(mac, fromHex(test.tag));
        expect(accepted, describeCase(test)).toBe(test.result === 'valid');
      }
    }
  });

  it.each(Object.entries(HASH_NAME))('agrees with Botan about %s', (name, alg) => {
    const cases = botan('mac-hmac', 'Out').filter(({ heading }) => heading === `HMAC(${name})`);
    expect(cases.length).toBeGreaterThan(3);
    for (const { values } of cases) {
      const mac = hmac(alg, octetsOf(values['Key']), octetsOf(values['In']));
      expect(toHex(mac)).toBe(values['Out']?.toLowerCase());
    }
  });

  it('has no other headings than those that are left out for a reason', () => {
    const headings = [...new Set(botan('mac-hmac', 'Out').map(({ heading }) => heading))];
    const left = headings.filter((heading) => HASH_NAME[heading.slice(5, -1)] === undefined);
    expect(left.filter((heading) => !LEFT_OUT.some(([is]) => is.test(heading)))).toEqual([]);
  });

  it('hashes long keys first, in both implementations', () => {
    for (const alg of HASH_ALGS) {
      const key = new Uint8Array(200).fill(7);
      const short = digest(alg, key);
      const own = hashFinish(hashUpdate(hashStart(alg), key));
      expect(hmac(alg, key)).toEqual(hmac(alg, short));
      expect(own).toEqual(short);
    }
  });
});
