import { describe, expect, it } from 'vitest';
import {
  decryptBlockMode,
  decryptCfb,
  encryptBlockMode,
  encryptCfb,
  type BlockMode,
} from '../../domain/crypto/symmetric.ts';
import { EMPTY, toHex } from '../../domain/structures/octets.ts';
import { botan, hasVectors, octetsOf, type BotanCase } from '../support/vectors.ts';

const KEY_BITS = [128, 192, 256];

type Octets = Readonly<Record<'key' | 'iv' | 'plain' | 'encrypted', Uint8Array>>;

function octets({ values }: BotanCase): Octets {
  return {
    key: octetsOf(values['Key']),
    iv: octetsOf(values['Nonce']),
    plain: octetsOf(values['In']),
    encrypted: octetsOf(values['Out']),
  };
}

/** The cases under a heading, more than none of them. */
function casesOf(name: string, heading: string): readonly Octets[] {
  const cases = botan(name, 'Out').filter((one) => one.heading === heading);
  expect(cases.length).toBeGreaterThan(0);
  return cases.map(octets);
}

function checkMode(mode: BlockMode, { key, iv, plain, encrypted }: Octets): void {
  expect(toHex(encryptBlockMode('AES', mode, key, iv, plain)!.data)).toBe(toHex(encrypted));
  expect(toHex(decryptBlockMode('AES', mode, key, iv, encrypted)!.data)).toBe(toHex(plain));
}

describe.runIf(hasVectors())('AES', () => {
  it.each(KEY_BITS)('agrees with Botan about blocks under keys of %i bits', (bits) => {
    for (const one of casesOf('block-aes', `AES-${bits}`)) checkMode('ECB', { ...one, iv: EMPTY });
  });

  it.each(KEY_BITS)('agrees with Botan about CFB under keys of %i bits', (bits) => {
    for (const one of casesOf('modes-cfb', `AES-${bits}/CFB`)) {
      expect(toHex(encryptCfb('AES', one.key, one.iv, one.plain))).toBe(toHex(one.encrypted));
      expect(toHex(decryptCfb('AES', one.key, one.iv, one.encrypted))).toBe(toHex(one.plain));
      checkMode('CFB', one);
    }
  });

  it.each(KEY_BITS)('agrees with Botan about CBC under keys of %i bits', (bits) => {
    for (const one of casesOf('modes-cbc', `AES-${bits}/CBC/NoPadding`)) checkMode('CBC', one);
  });

  it('agrees with Botan about CTR', () => {
    for (const one of casesOf('modes-ctr', 'CTR-BE(AES-128)')) checkMode('CTR', one);
  });
});
