import { constants, publicEncrypt } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rsaPrivateFromPrime, rsaPrivateRaw } from '../../../domain/crypto/rsa.ts';
import {
  nonZeroOctets,
  rsaesMessageSizeMax,
  rsaesPad,
  rsaesUnpad,
} from '../../../domain/crypto/rsaes.ts';
import { ascii, EMPTY, toHex } from '../../../domain/structures/octets.ts';
import { nodeRsaPair, rsaNumbers } from '../../support/rsaKeys.ts';

const K = 256;
const message = fc.uint8Array({ maxLength: rsaesMessageSizeMax(K), size: 'max' });

const fillerFor = (octets: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: K - 3 - octets.length }, (_, i) => (i % 255) + 1);

const padded = (octets: Uint8Array): Uint8Array => rsaesPad(octets, fillerFor(octets), K);

describe('rsaesUnpad', () => {
  it('undoes rsaesPad for every length of message', () => {
    const undone = fc.property(message, (octets) => {
      const em = padded(octets);
      expect(em.length).toBe(K);
      expect(toHex(rsaesUnpad(em)!)).toBe(toHex(octets));
    });
    fc.assert(undone);
  });

  it('refuses another head, a zero among the first eight, and no zero at all', () => {
    const em = padded(ascii('message'));
    for (let octet = 0; octet < 256; octet += 1) {
      expect(rsaesUnpad(em.with(0, octet)) === null).toBe(octet !== 0);
      expect(rsaesUnpad(em.with(1, octet)) === null).toBe(octet !== 2);
    }
    for (let i = 2; i < 10; i += 1) expect(rsaesUnpad(em.with(i, 0))).toBeNull();
    expect(rsaesUnpad(em.with(10, 0))).toEqual(em.subarray(11));
    expect(rsaesUnpad(em.map((octet, i) => (i > 1 && octet === 0 ? 1 : octet)))).toBeNull();
  });

  it('refuses a block that is too short for any message', () => {
    expect(rsaesUnpad(EMPTY)).toBeNull();
    expect(rsaesUnpad(Uint8Array.of(0, 2, 1, 1, 1, 1, 1, 1, 1, 0))).toBeNull();
    expect(rsaesUnpad(Uint8Array.of(0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0))).toEqual(EMPTY);
  });

  it('unpads what node padded, under a key', () => {
    const key = rsaNumbers('rsaes');
    const text = ascii('a message');
    const encrypted = publicEncrypt(
      { key: nodeRsaPair(key).publicKey, padding: constants.RSA_PKCS1_PADDING },
      text,
    );
    const decrypt = rsaPrivateFromPrime(key.n, key.p, key.e)!;
    expect(rsaesUnpad(rsaPrivateRaw(decrypt, new Uint8Array(encrypted)))).toEqual(text);
  });
});

describe('rsaesPad', () => {
  it('throws for a message that is too long and a filler that does not fit', () => {
    const long = new Uint8Array(rsaesMessageSizeMax(K) + 1);
    expect(() => rsaesPad(long, new Uint8Array(7).fill(1), K)).toThrow('too long');
    expect(() => rsaesPad(EMPTY, fillerFor(EMPTY).subarray(1), K)).toThrow('fills the block');
    expect(() => rsaesPad(EMPTY, fillerFor(EMPTY).with(9, 0), K)).toThrow('no zero');
  });
});

describe('nonZeroOctets', () => {
  it('leaves out zeros and draws as often as it must', () => {
    const drawn = Uint8Array.of(0, 7, 0, 0, 8, 9, 0, 1, 2, 3);
    let at = 0;
    const octets = nonZeroOctets((n) => drawn.subarray(at, (at += n)), 4);
    expect(octets).toEqual(Uint8Array.of(7, 8, 9, 1));
  });
});
