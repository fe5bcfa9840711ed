import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../domain/crypto/hash.ts';
import { mgf1 } from '../../../domain/crypto/kdf.ts';
import { oaepMessageSizeMax, oaepPad, oaepUnpad } from '../../../domain/crypto/oaep.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw, rsaPublicRaw } from '../../../domain/crypto/rsa.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../domain/structures/hashAlg.ts';
import { ascii, concat, EMPTY, toHex } from '../../../domain/structures/octets.ts';
import { nodeRsaPair, rsaNumbers } from '../../support/rsaKeys.ts';

const K = 256;
const LABEL = ascii('IDENTITY\0');
const KEY = rsaNumbers('oaep');
const PAIR = nodeRsaPair(KEY);
const PRIVATE = rsaPrivateFromPrime(KEY.n, KEY.p, KEY.e)!;

const seedOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => 3 * i + 1);

/** A block of one's own making under the masks of OAEP. */
function masked(block: Uint8Array): Uint8Array {
  const seed = seedOf(32);
  const mask = mgf1('SHA256', seed, block.length);
  const maskedBlock = block.map((octet, i) => octet ^ mask[i]!);
  const seedMask = mgf1('SHA256', maskedBlock, 32);
  return concat(
    Uint8Array.of(0),
    seed.map((octet, i) => octet ^ seedMask[i]!),
    maskedBlock,
  );
}

const hashAlg = fc.constantFrom(...HASH_ALGS);
const label = fc.uint8Array({ maxLength: 40 });
const padding = fc.tuple(hashAlg, label, fc.infiniteStream(fc.nat(255)), fc.nat(K));

describe('oaepUnpad', () => {
  it('undoes oaepPad for every length of message', () => {
    const undone = fc.property(padding, ([alg, name, octets, count]) => {
      const size = Math.min(count, oaepMessageSizeMax(alg, K));
      const message = Uint8Array.from([...octets.take(size)]);
      const seed = Uint8Array.from([...octets.take(DIGEST_SIZE[alg])]);
      const em = oaepPad(alg, name, message, seed, K);
      expect(em.length).toBe(K);
      expect(em[0]).toBe(0);
      expect(toHex(oaepUnpad(alg, name, em)!)).toBe(toHex(message));
    });
    fc.assert(undone);
  });

  it.each(HASH_ALGS)('refuses every flipped octet alike (%s)', (alg) => {
    const em = oaepPad(alg, LABEL, ascii('a seed'), seedOf(DIGEST_SIZE[alg]), K);
    for (let i = 0; i < em.length; i += 1) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const other = em.map((octet, at) => (at === i ? octet ^ flip : octet));
        expect(oaepUnpad(alg, LABEL, other)).toBeNull();
      }
    }
  });

  it('refuses another label, another hash and another size', () => {
    const em = oaepPad('SHA256', LABEL, ascii('a seed'), seedOf(32), K);
    expect(oaepUnpad('SHA256', ascii('IDENTITY'), em)).toBeNull();
    expect(oaepUnpad('SHA256', EMPTY, em)).toBeNull();
    expect(oaepUnpad('SHA384', LABEL, em)).toBeNull();
    expect(oaepUnpad('SHA256', LABEL, em.subarray(1))).toBeNull();
    expect(oaepUnpad('SHA256', LABEL, em.subarray(0, 65))).toBeNull();
    expect(oaepUnpad('SHA256', LABEL, EMPTY)).toBeNull();
  });

  it('wants zeros behind the digest of the label, then 01, and nothing else', () => {
    const labelDigest = digest('SHA256', LABEL);
    const rest = K - 1 - 2 * 32;
    const behind = (...octets: readonly number[]): Uint8Array | null => {
      const block = concat(labelDigest, Uint8Array.from(octets), new Uint8Array(rest));
      return oaepUnpad('SHA256', LABEL, masked(block.subarray(0, K - 1 - 32)));
    };
    expect(behind()).toBeNull();
    expect(behind(0, 0, 2, 1)).toBeNull();
    expect(behind(0xff, 1)).toBeNull();
    expect(behind(0x80)).toBeNull();
    expect(behind(1)!.length).toBe(rest - 1);
    expect(behind(0, 0, 1, 2, 1)!.subarray(0, 3)).toEqual(Uint8Array.of(2, 1, 0));
  });
});

describe('oaepPad', () => {
  it('throws for a message that is too long and a seed of another size', () => {
    const long = new Uint8Array(oaepMessageSizeMax('SHA256', K) + 1);
    expect(() => oaepPad('SHA256', LABEL, long, seedOf(32), K)).toThrow('too long');
    expect(() => oaepPad('SHA256', LABEL, EMPTY, seedOf(31), K)).toThrow('as long as a digest');
  });

  it.each(HASH_ALGS)('is what node pads and unpads, under a key (%s)', (alg) => {
    const oaep = {
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: alg.toLowerCase(),
      oaepLabel: LABEL,
    };
    const message = ascii('a secret to be shared');
    const ours = oaepPad(alg, LABEL, message, seedOf(DIGEST_SIZE[alg]), K);
    const encrypted = rsaPublicRaw(KEY.n, KEY.e, ours);
    const decrypted = privateDecrypt({ key: PAIR.privateKey, ...oaep }, encrypted);
    expect(decrypted.toString('hex')).toBe(toHex(message));
    const theirs = publicEncrypt({ key: PAIR.publicKey, ...oaep }, message);
    const block = rsaPrivateRaw(PRIVATE, new Uint8Array(theirs));
    expect(toHex(oaepUnpad(alg, LABEL, block)!)).toBe(toHex(message));
  });

  it('refuses every flipped octet of a ciphertext alike', () => {
    const em = oaepPad('SHA256', LABEL, ascii('a seed'), seedOf(32), K);
    const encrypted = rsaPublicRaw(KEY.n, KEY.e, em);
    for (let i = 1; i < K; i += 5) {
      const other = encrypted.with(i, encrypted[i]! ^ 1);
      expect(oaepUnpad('SHA256', LABEL, rsaPrivateRaw(PRIVATE, other))).toBeNull();
    }
  });
});
