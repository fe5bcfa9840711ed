import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kdf2, kdfa, kdfe, mgf1 } from '../../../domain/crypto/kdf.ts';
import { HASH_ALGS, type HashAlg } from '../../../domain/structures/hashAlg.ts';
import { ascii, EMPTY, fromHex, toHex, u32 } from '../../../domain/structures/octets.ts';

const octets = fc.uint8Array({ maxLength: 80 });
const label = fc.string({ maxLength: 12, unit: 'grapheme-ascii' });
const bits = fc.integer({ min: 1, max: 1100 });
const hashAlg = fc.constantFrom(...HASH_ALGS);

/** Blocks 1, 2, ... joined, cut to whole octets, the unused bits of the first one cleared. */
function expected(count: number, block: (counter: Uint8Array) => Uint8Array): string {
  const size = Math.ceil(count / 8);
  const blocks: Uint8Array[] = [];
  for (let i = 1; blocks.length * 20 < size; i += 1) blocks.push(block(u32(i)));
  const key = Buffer.concat(blocks).subarray(0, size);
  if (count % 8 !== 0) key[0] = key[0]! & (0xff >>> (8 - (count % 8)));
  return key.toString('hex');
}

const nodeHmac = (alg: HashAlg, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array =>
  createHmac(alg.toLowerCase(), key).update(Buffer.concat(parts)).digest();

const nodeHash = (alg: HashAlg, ...parts: readonly Uint8Array[]): Uint8Array =>
  createHash(alg.toLowerCase()).update(Buffer.concat(parts)).digest();

describe('kdfa', () => {
  it('is HMAC in counter mode over label, zero, both contexts and the number of bits', () => {
    const derived = fc.property(
      fc.tuple(hashAlg, octets, label, octets, octets, bits),
      ([alg, key, name, u, v, count]) => {
        const text = ascii(`${name}\0`);
        const block = (i: Uint8Array): Uint8Array => nodeHmac(alg, key, i, text, u, v, u32(count));
        expect(toHex(kdfa(alg, key, name, u, v, count))).toBe(expected(count, block));
      },
    );
    fc.assert(derived);
  });

  it('adds no second zero to a label that brings its own', () => {
    const key = ascii('key');
    expect(kdfa('SHA256', key, 'ATH\0', EMPTY, EMPTY, 256)).toEqual(
      kdfa('SHA256', key, 'ATH', EMPTY, EMPTY, 256),
    );
  });

  it('makes other bits when another number of them is asked for', () => {
    const long = kdfa('SHA256', ascii('key'), 'CFB', EMPTY, EMPTY, 256);
    const short = kdfa('SHA256', ascii('key'), 'CFB', EMPTY, EMPTY, 128);
    expect(toHex(long.subarray(0, 16))).not.toBe(toHex(short));
  });

  it('clears the unused high bits of the first octet', () => {
    for (let count = 1; count <= 16; count += 1) {
      const [first = 0] = kdfa('SHA1', ascii('key'), 'L', EMPTY, EMPTY, count);
      expect(first >>> (count % 8 || 8)).toBe(0);
    }
  });
});

describe('kdfe', () => {
  it('is a hash in counter mode over Z, use, zero and both parties', () => {
    const derived = fc.property(
      fc.tuple(hashAlg, octets, label, octets, octets, bits),
      ([alg, z, use, u, v, count]) => {
        const text = ascii(`${use}\0`);
        const block = (i: Uint8Array): Uint8Array => nodeHash(alg, i, z, text, u, v);
        expect(toHex(kdfe(alg, z, use, u, v, count))).toBe(expected(count, block));
      },
    );
    fc.assert(derived);
  });
});

describe('kdf2', () => {
  it('is the hash of the seed with a counter from 1, cut to the length', () => {
    const derived = fc.property(
      fc.tuple(hashAlg, octets, fc.integer({ min: 0, max: 300 })),
      ([alg, seed, length]) => {
        const blocks = Array.from({ length: 16 }, (_, i) => nodeHash(alg, seed, u32(i + 1)));
        const mask = Buffer.concat(blocks).subarray(0, length);
        expect(toHex(kdf2(alg, seed, length))).toBe(mask.toString('hex'));
      },
    );
    fc.assert(derived);
  });
});

describe('mgf1', () => {
  it('is the hash of the seed with a counter from 0, cut to the length', () => {
    const derived = fc.property(
      fc.tuple(hashAlg, octets, fc.integer({ min: 0, max: 300 })),
      ([alg, seed, length]) => {
        const blocks = Array.from({ length: 16 }, (_, i) => nodeHash(alg, seed, u32(i)));
        const mask = Buffer.concat(blocks).subarray(0, length);
        expect(toHex(mgf1(alg, seed, length))).toBe(mask.toString('hex'));
      },
    );
    fc.assert(derived);
  });

  it('gives an octet string of its own for every call', () => {
    const first = mgf1('SHA1', fromHex('00'), 20);
    first.fill(0);
    expect(toHex(mgf1('SHA1', fromHex('00'), 20))).not.toBe(toHex(first));
  });
});
