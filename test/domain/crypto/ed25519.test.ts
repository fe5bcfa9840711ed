import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from '../../../domain/crypto/ed25519.ts';
import { concat, EMPTY, fromHex, toHex } from '../../../domain/structures/octets.ts';

/** RFC 8032, 7.1 Test Vectors for Ed25519: tests 1 to 3. */
const RFC_8032 = [
  {
    number: 1,
    secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555' +
      'fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    number: 2,
    secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    number: 3,
    secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
      '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
];

const PKCS8 = fromHex('302e020100300506032b657004220420');
const secretKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 200 });
const few = { numRuns: 20 };

describe('ed25519Sign', () => {
  it.each(RFC_8032)('gives test $number of RFC 8032', (test) => {
    const [secret, octets] = [fromHex(test.secret), fromHex(test.message)];
    expect(toHex(ed25519PublicKey(secret))).toBe(test.publicKey);
    expect(toHex(ed25519Sign(secret, octets))).toBe(test.signature);
    expect(ed25519Verify(fromHex(test.publicKey), octets, fromHex(test.signature))).toBe(true);
  });

  it('signs as node signs, and each verifies the other', () => {
    const agreed = fc.property(secretKey, message, (secret, octets) => {
      const privateKey = createPrivateKey({
        key: Buffer.from(concat(PKCS8, secret)),
        format: 'der',
        type: 'pkcs8',
      });
      const signature = ed25519Sign(secret, octets);
      expect(toHex(signature)).toBe(sign(null, octets, privateKey).toString('hex'));
      expect(verify(null, octets, createPublicKey(privateKey), signature)).toBe(true);
      expect(ed25519Verify(ed25519PublicKey(secret), octets, signature)).toBe(true);
    });
    fc.assert(agreed, few);
  });
});

describe('ed25519Verify', () => {
  const { publicKey, message: text, signature } = RFC_8032[2]!;
  const [key, octets, right] = [fromHex(publicKey), fromHex(text), fromHex(signature)];

  it('refuses every flipped octet of the signature and the message', () => {
    for (let i = 0; i < right.length; i += 1) {
      expect(ed25519Verify(key, octets, right.with(i, right[i]! ^ 4))).toBe(false);
    }
    for (let i = 0; i < octets.length; i += 1) {
      expect(ed25519Verify(key, octets.with(i, octets[i]! ^ 4), right)).toBe(false);
    }
  });

  it('answers false to keys and signatures of another length, without throwing', () => {
    for (const size of [0, 31, 33, 63, 64, 65]) {
      const other = new Uint8Array(size);
      expect(ed25519Verify(other, octets, right)).toBe(false);
      expect(ed25519Verify(key, octets, other)).toBe(false);
    }
    expect(ed25519Verify(EMPTY, EMPTY, EMPTY)).toBe(false);
  });

  it('refuses keys that are no point, not canonical or of small order', () => {
    const identity = new Uint8Array(32).with(0, 1);
    const nonCanonical = new Uint8Array(32).fill(0xff);
    const noPoint = new Uint8Array(32).with(0, 2);
    for (const wrong of [identity, nonCanonical, noPoint]) {
      expect(ed25519Verify(wrong, octets, right)).toBe(false);
      expect(ed25519Verify(wrong, octets, concat(identity, new Uint8Array(32)))).toBe(false);
    }
  });

  it('refuses a scalar that is not below the group order', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${toHex(right.slice(32).reverse())}`) + order;
    const high = fromHex(s.toString(16).padStart(64, '0')).reverse();
    expect(ed25519Verify(key, octets, concat(right.subarray(0, 32), high))).toBe(false);
  });
});
