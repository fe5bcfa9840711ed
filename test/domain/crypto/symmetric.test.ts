import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kdfa } from '../../../domain/crypto/kdf.ts';
import {
  BLOCK_SIZE,
  decryptBlockMode,
  decryptCfb,
  encryptBlockMode,
  encryptCfb,
  xorObfuscate,
  type BlockMode,
} from '../../../domain/crypto/symmetric.ts';
import { HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import { concat, EMPTY, fromHex, toHex } from '../../../domain/structures/octets.ts';

/** FIPS 197, C Example Vectors: one plaintext under keys of three sizes. */
const FIPS_197 = [
  ['000102030405060708090a0b0c0d0e0f', '69c4e0d86a7b0430d8cdb78070b4c55a'],
  ['000102030405060708090a0b0c0d0e0f1011121314151617', 'dda97ca4864cdfe06eaf70a0ec0d7191'],
  [
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '8ea2b7ca516745bfeafc49904b496089',
  ],
] as const;

const AES_128 = '2b7e151628aed2a6abf7158809cf4f3c';
const IV = '000102030405060708090a0b0c0d0e0f';
const PLAIN =
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
  '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';

/** RFC 3713, A Example Data of Camellia: one plaintext under keys of three sizes. */
const RFC_3713: readonly (readonly [string, string])[] = [
  ['0123456789abcdeffedcba9876543210', '67673138549669730857065648eabe43'],
  ['0123456789abcdeffedcba98765432100011223344556677', 'b4993401b3e996f84ee5cee7d79b09b9'],
  [
    '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff',
    '9acc237dff16d76c20ef7c919e3a7509',
  ],
];

/** SP 800-67, B Example of TDEA Forward and Inverse Cipher Operations. */
const SP_800_67 = {
  key: '0123456789abcdef23456789abcdef01456789abcdef0123',
  plain: '5468652071756663 6b2062726f776e20 666f78206a756d70',
  encrypted: 'a826fd8ce53b855f cce21c8112256fe6 68d5c05dd9b6b900',
};

/** SP 800-38A, F Example Vectors for Modes of Operation of the AES: the AES-128 ones. */
const SP_800_38A: readonly (readonly [BlockMode, string, string])[] = [
  [
    'ECB',
    '',
    '3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf' +
      '43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4',
  ],
  [
    'CBC',
    IV,
    '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2' +
      '73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7',
  ],
  [
    'CFB',
    IV,
    '3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b' +
      '26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6',
  ],
  [
    'OFB',
    IV,
    '3b3fd92eb72dad20333449f8e83cfb4a7789508d16918f03f53c52dac54ed825' +
      '9740051e9c5fecf64344f7a82260edcc304c6528f659c77866a510d9c1d6ae5e',
  ],
  [
    'CTR',
    'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff',
    '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff' +
      '5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee',
  ],
];

const key = fc
  .constantFrom(16, 24, 32)
  .chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
const iv = fc.uint8Array({ minLength: 16, maxLength: 16 });
const data = fc.uint8Array({ maxLength: 130 });
const mode = fc.constantFrom<BlockMode>('CTR', 'OFB', 'CBC', 'CFB', 'ECB');

const whole = (octets: Uint8Array): Uint8Array =>
  octets.subarray(0, octets.length - (octets.length % BLOCK_SIZE.AES));

function nodeEncrypt(name: BlockMode, k: Uint8Array, v: Uint8Array, plain: Uint8Array): string {
  const cipher = createCipheriv(
    `aes-${k.length * 8}-${name.toLowerCase()}`,
    k,
    name === 'ECB' ? null : v,
  );
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('hex');
}

describe('encryptBlockMode', () => {
  it.each(FIPS_197)('gives the example of FIPS 197 under key %s', (k, encrypted) => {
    const plain = fromHex('00112233445566778899aabbccddeeff');
    const result = encryptBlockMode('AES', 'ECB', fromHex(k), EMPTY, plain)!;
    expect(toHex(result.data)).toBe(encrypted);
    expect(decryptBlockMode('AES', 'ECB', fromHex(k), EMPTY, result.data)!.data).toEqual(plain);
  });

  it.each(RFC_3713)('gives the example of RFC 3713 under key %s', (k, encrypted) => {
    const plain = fromHex('0123456789abcdeffedcba9876543210');
    const result = encryptBlockMode('CAMELLIA', 'ECB', fromHex(k), EMPTY, plain)!;
    expect(toHex(result.data)).toBe(encrypted);
    expect(decryptBlockMode('CAMELLIA', 'ECB', fromHex(k), EMPTY, result.data)!.data).toEqual(
      plain,
    );
  });

  it('gives the example of SP 800-67', () => {
    const [key, plain, encrypted] = [SP_800_67.key, SP_800_67.plain, SP_800_67.encrypted].map(
      (hex) => fromHex(hex.replaceAll(' ', '')),
    );
    const result = encryptBlockMode('TDES', 'ECB', key!, EMPTY, plain!)!;
    expect(result.data).toEqual(encrypted);
    expect(decryptBlockMode('TDES', 'ECB', key!, EMPTY, result.data)!.data).toEqual(plain);
  });

  it.each(SP_800_38A)('gives the example of SP 800-38A for %s', (name, v, encrypted) => {
    const result = encryptBlockMode('AES', name, fromHex(AES_128), fromHex(v), fromHex(PLAIN))!;
    expect(toHex(result.data)).toBe(encrypted);
  });

  it('agrees with node and is undone by decryptBlockMode, with the same IV to go on with', () => {
    const undone = fc.property(mode, key, iv, data, (name, k, v, octets) => {
      const plain = name === 'CBC' || name === 'ECB' ? whole(octets) : octets;
      const start = name === 'ECB' ? EMPTY : v;
      const encrypted = encryptBlockMode('AES', name, k, start, plain)!;
      expect(toHex(encrypted.data)).toBe(nodeEncrypt(name, k, v, plain));
      const decrypted = decryptBlockMode('AES', name, k, start, encrypted.data)!;
      expect(toHex(decrypted.data)).toBe(toHex(plain));
      expect(toHex(decrypted.ivOut)).toBe(toHex(encrypted.ivOut));
    });
    fc.assert(undone);
  });

  it('goes on with ivOut as if it had been one call, when cut at a block', () => {
    const resumed = fc.property(mode, key, iv, data, data, (name, k, v, left, right) => {
      const [first, rest] = [whole(left), whole(right)];
      const start = name === 'ECB' ? EMPTY : v;
      const one = encryptBlockMode('AES', name, k, start, first)!;
      const other = encryptBlockMode('AES', name, k, one.ivOut, rest)!;
      const both = encryptBlockMode('AES', name, k, start, concat(first, rest))!;
      expect(toHex(concat(one.data, other.data))).toBe(toHex(both.data));
      expect(toHex(other.ivOut)).toBe(toHex(both.ivOut));
    });
    fc.assert(resumed);
  });

  it('carries the counter of CTR through all its octets', () => {
    const ones = new Uint8Array(16).fill(0xff);
    const result = encryptBlockMode('AES', 'CTR', fromHex(AES_128), ones, new Uint8Array(17))!;
    expect(toHex(result.ivOut)).toBe('00000000000000000000000000000001');
  });

  it('answers null in CBC and ECB for what is no whole number of blocks', () => {
    const k = fromHex(AES_128);
    for (const size of [1, 15, 17]) {
      const ragged = new Uint8Array(size);
      expect(encryptBlockMode('AES', 'CBC', k, fromHex(IV), ragged)).toBeNull();
      expect(decryptBlockMode('AES', 'CBC', k, fromHex(IV), ragged)).toBeNull();
      expect(encryptBlockMode('AES', 'ECB', k, EMPTY, ragged)).toBeNull();
      expect(decryptBlockMode('AES', 'ECB', k, EMPTY, ragged)).toBeNull();
    }
  });
});

describe('encryptCfb', () => {
  it('takes any number of octets and is undone by decryptCfb', () => {
    const undone = fc.property(key, iv, data, (k, v, plain) => {
      const encrypted = encryptCfb('AES', k, v, plain);
      expect(toHex(encrypted)).toBe(nodeEncrypt('CFB', k, v, plain));
      expect(toHex(decryptCfb('AES', k, v, encrypted))).toBe(toHex(plain));
    });
    fc.assert(undone);
  });

  it('leaves its data as it is', () => {
    const plain = fromHex(PLAIN);
    encryptCfb('AES', fromHex(AES_128), fromHex(IV), plain);
    expect(toHex(plain)).toBe(PLAIN);
  });
});

describe('xorObfuscate', () => {
  it('is a mask by KDFa, and undoes itself', () => {
    const undone = fc.property(
      fc.tuple(fc.constantFrom(...HASH_ALGS), data, data, data, data),
      ([alg, k, newer, older, plain]) => {
        const hidden = xorObfuscate(alg, k, newer, older, plain);
        const mask = kdfa(alg, k, 'XOR', newer, older, plain.length * 8);
        expect(toHex(hidden)).toBe(toHex(plain.map((octet, i) => octet ^ mask[i]!)));
        expect(toHex(xorObfuscate(alg, k, newer, older, hidden))).toBe(toHex(plain));
      },
    );
    fc.assert(undone);
  });
});
