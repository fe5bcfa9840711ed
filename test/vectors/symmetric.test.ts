import { describe, expect, it } from 'vitest';
import {
  BLOCK_SIZE,
  decryptBlockMode,
  decryptCfb,
  encryptBlockMode,
  encryptCfb,
  type BlockMode,
  type SymmetricAlg,
} from '../../domain/crypto/symmetric.ts';
import { EMPTY, concat, toHex } from '../../domain/structures/octets.ts';
import { botan, hasVectors, octetsOf } from '../support/vectors.ts';

/** What a heading is about: DES alone is TDES with one key three times. */
type Set = readonly [heading: string, alg: SymmetricAlg, mode: BlockMode];

const SETS: Readonly<Record<string, readonly Set[]>> = {
  'block-aes': [
    ['AES-128', 'AES', 'ECB'],
    ['AES-192', 'AES', 'ECB'],
    ['AES-256', 'AES', 'ECB'],
  ],
  'block-camellia': [
    ['Camellia-128', 'CAMELLIA', 'ECB'],
    ['Camellia-192', 'CAMELLIA', 'ECB'],
    ['Camellia-256', 'CAMELLIA', 'ECB'],
  ],
  'block-des': [
    ['DES', 'TDES', 'ECB'],
    ['TripleDES', 'TDES', 'ECB'],
  ],
  'modes-cbc': [
    ['AES-128/CBC/NoPadding', 'AES', 'CBC'],
    ['AES-192/CBC/NoPadding', 'AES', 'CBC'],
    ['AES-256/CBC/NoPadding', 'AES', 'CBC'],
    ['AES-128/CBC/PKCS7', 'AES', 'CBC'],
    ['DES/CBC/NoPadding', 'TDES', 'CBC'],
    ['DES/CBC/PKCS7', 'TDES', 'CBC'],
    ['DES/CBC/OneAndZeros', 'TDES', 'CBC'],
    ['TripleDES/CBC/NoPadding', 'TDES', 'CBC'],
    ['TripleDES/CBC/PKCS7', 'TDES', 'CBC'],
  ],
  'modes-cfb': [
    ['AES-128/CFB', 'AES', 'CFB'],
    ['AES-192/CFB', 'AES', 'CFB'],
    ['AES-256/CFB', 'AES', 'CFB'],
    ['DES/CFB', 'TDES', 'CFB'],
    ['TripleDES/CFB', 'TDES', 'CFB'],
  ],
  'modes-ctr': [
    ['CTR-BE(AES-128)', 'AES', 'CTR'],
    ['CTR-BE(DES)', 'TDES', 'CTR'],
  ],
};

/** The other headings of these files, and why they are left out. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^(Blowfish|CAST-128|Noekeon|ARIA-256)\//, 'no algorithm of a TPM'],
  [/\/CTS$/, 'ciphertext stealing is no mode of a TPM'],
  [/\/CFB\((8|16|32)\)$/, 'the CFB of a TPM feeds whole blocks back'],
];

type Octets = Readonly<Record<'key' | 'iv' | 'plain' | 'encrypted', Uint8Array>>;

/** The padding that a heading names; a TPM leaves it to the caller. */
function padded(plain: Uint8Array, heading: string, size: number): Uint8Array {
  const count = size - (plain.length % size);
  if (heading.endsWith('/PKCS7')) return concat(plain, new Uint8Array(count).fill(count));
  if (!heading.endsWith('/OneAndZeros')) return plain;
  const zeros = new Uint8Array(count);
  zeros[0] = 0x80;
  return concat(plain, zeros);
}

function keyOf(octets: Uint8Array): Uint8Array {
  return octets.length === 8 ? concat(octets, octets, octets) : octets;
}

/** The cases under a heading, more than none of them. */
function casesOf(file: string, [heading, alg, mode]: Set): readonly Octets[] {
  const cases = botan(file, 'Out').filter((one) => one.heading === heading);
  expect(cases.length).toBeGreaterThan(0);
  return cases.map(({ values }) => ({
    key: keyOf(octetsOf(values['Key'])),
    iv: mode === 'ECB' ? EMPTY : octetsOf(values['Nonce']),
    plain: padded(octetsOf(values['In']), heading, BLOCK_SIZE[alg]),
    encrypted: octetsOf(values['Out']),
  }));
}

describe.runIf(hasVectors()).each(Object.entries(SETS))('Botan, %s', (file, sets) => {
  it.each(sets)('agrees about %s', (...set) => {
    const [, alg, mode] = set;
    for (const { key, iv, plain, encrypted } of casesOf(file, set)) {
      expect(toHex(encryptBlockMode(alg, mode, key, iv, plain)!.data)).toBe(toHex(encrypted));
      expect(toHex(decryptBlockMode(alg, mode, key, iv, encrypted)!.data)).toBe(toHex(plain));
      if (mode !== 'CFB') continue;
      expect(toHex(encryptCfb(alg, key, iv, plain))).toBe(toHex(encrypted));
      expect(toHex(decryptCfb(alg, key, iv, encrypted))).toBe(toHex(plain));
    }
  });

  it('has no other headings than those that are left out for a reason', () => {
    const headings = new Set(botan(file, 'Out').map(({ heading }) => heading));
    const run = sets.map(([heading]) => heading);
    const left = [...headings].filter((heading) => !run.includes(heading));
    expect(left.filter((heading) => !LEFT_OUT.some(([is]) => is.test(heading)))).toEqual([]);
  });
});
