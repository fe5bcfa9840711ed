import { describe, expect, it } from 'vitest';
import { cmac } from '../../domain/crypto/cmac.ts';
import { equalOctets } from '../../domain/crypto/constantTime.ts';
import type { SymmetricAlg } from '../../domain/crypto/symmetric.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import { botan, describeCase, hasVectors, octetsOf, wycheproof } from '../support/vectors.ts';

type Group = Readonly<{ keySize: number; tagSize: number }>;
type Case = Readonly<{ key: string; msg: string; tag: string }>;

const FILES: readonly (readonly [string, SymmetricAlg])[] = [
  ['aes_cmac', 'AES'],
  ['camellia_cmac', 'CAMELLIA'],
];
/** Sizes that a key of a TPM has; Wycheproof has others, which no key can be loaded with. */
const KEY_BITS = [128, 192, 256];

/** The other headings of Botan's file, and why they are left out. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^CMAC\((Blowfish|Threefish-512|ARIA-128)\)$/, 'no algorithm of a TPM'],
];

describe.runIf(hasVectors())('CMAC', () => {
  it.each(FILES)('agrees with Wycheproof about %s', (name, alg) => {
    let checked = 0;
    for (const { keySize, tagSize, tests } of wycheproof<Group, Case>(name)) {
      for (const test of tests) {
        if (!KEY_BITS.includes(keySize)) {
          expect(test.result, describeCase(test)).toBe('invalid');
          expect(() => cmac(alg, fromHex(test.key), fromHex(test.msg))).toThrow();
          continue;
        }
        const mac = cmac(alg, fromHex(test.key), fromHex(test.msg)).subarray(0, tagSize / 8);
        const accepted = equalOctets(mac, fromHex(test.tag));
        expect(accepted, describeCase(test)).toBe(test.result === 'valid');
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(200);
  });

  it.each([128, 192, 256])('agrees with Botan about AES with keys of %i bits', (bits) => {
    const heading = `CMAC(AES-${bits})`;
    const cases = botan('mac-cmac', 'Out').filter((one) => one.heading === heading);
    expect(cases.length).toBeGreaterThan(3);
    for (const { values } of cases) {
      const mac = cmac('AES', octetsOf(values['Key']), octetsOf(values['In']));
      expect(toHex(mac)).toBe(values['Out']?.toLowerCase());
    }
  });

  it('has no other headings than those that are left out for a reason', () => {
    const headings = [...new Set(botan('mac-cmac', 'Out').map(({ heading }) => heading))];
    const left = headings.filter((heading) => !heading.startsWith('CMAC(AES-'));
    expect(left.filter((heading) => !LEFT_OUT.some(([is]) => is.test(heading)))).toEqual([]);
  });
});
