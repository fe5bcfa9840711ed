import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest, hmac } from '../../../domain/crypto/hash.ts';
import { HASH_ALGS, type HashAlg } from '../../../domain/structures/hashAlg.ts';
import { ascii, fromHex, toHex } from '../../../domain/structures/octets.ts';

type Example = Readonly<{
  number: number;
  key: Uint8Array;
  data: Uint8Array;
  macs: Partial<Record<HashAlg, string>>;
}>;

const repeated = (octet: number, count: number): Uint8Array => new Uint8Array(count).fill(octet);

/** RFC 4231, 4 Test Vectors */
const RFC_4231: readonly Example[] = [
  {
    number: 1,
    key: repeated(0x0b, 20),
    data: ascii('Hi There'),
    macs: {
      SHA256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      SHA384:
        'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c' +
        'faea9ea9076ede7f4af152e8b2fa9cb6',
      SHA512:
        '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
        'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    },
  },
  {
    number: 2,
    key: ascii('Jefe'),
    data: ascii('what do ya want for nothing?'),
    macs: {
      SHA256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      SHA384:
        'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e' +
        '8e2240ca5e69e2c78b3239ecfab21649',
      SHA512:
        '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    },
  },
  {
    number: 3,
    key: repeated(0xaa, 20),
    data: repeated(0xdd, 50),
    macs: { SHA256: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe' },
  },
  {
    number: 4,
    key: Uint8Array.from({ length: 25 }, (_, i) => i + 1),
    data: repeated(0xcd, 50),
    macs: { SHA256: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b' },
  },
  {
    number: 6,
    key: repeated(0xaa, 131),
    data: ascii('Test Using Larger Than Block-Size Key - Hash Key First'),
    macs: { SHA256: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54' },
  },
];

describe('digest', () => {
  it('gives the digest of nothing (FIPS 180-4)', () => {
    expect(toHex(digest('SHA1'))).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
    expect(toHex(digest('SHA256', new Uint8Array(0)))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it.each(HASH_ALGS)('joins its parts, short and long (%s)', (alg) => {
    const part = fc.uint8Array({ maxLength: 3000, size: 'max' });
    const joined = fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const reference = createHash(alg.toLowerCase()).update(Buffer.concat(parts)).digest('hex');
      expect(toHex(digest(alg, ...parts))).toBe(reference);
    });
    fc.assert(joined);
  });

  it('gives an array of its own, not a view of a pool', () => {
    const octets = digest('SHA256', ascii('abc'));
    expect(octets.buffer.byteLength).toBe(octets.length);
    expect(octets.constructor).toBe(Uint8Array);
  });
});

describe('hmac', () => {
  const cases = RFC_4231.flatMap(({ number, key, data, macs }) =>
    Object.entries(macs).map(([alg, mac]) => ({ number, key, data, alg: alg as HashAlg, mac })),
  );

  it.each(cases)('gives test case $number of RFC 4231 for $alg', ({ key, data, alg, mac }) => {
    expect(toHex(hmac(alg, key, data))).toBe(mac);
  });

  it('gives test case 5, whose MAC is cut to 128 bits', () => {
    const mac = hmac('SHA256', repeated(0x0c, 20), ascii('Test With Truncation'));
    expect(toHex(mac.subarray(0, 16))).toBe('a3b6167473100ee06e0c796c2955552b');
  });

  it('gives test case 1 of RFC 2202 for SHA1', () => {
    const mac = hmac('SHA1', repeated(0x0b, 20), ascii('Hi There'));
    expect(mac).toEqual(fromHex('b617318655057264e28bc0b6fb378c8ef146be00'));
  });

  it.each(HASH_ALGS)('joins its parts under any key, the empty one too (%s)', (alg) => {
    const key = fc.uint8Array({ maxLength: 300 });
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 });
    const joined = fc.property(key, parts, (octets, list) => {
      const reference = createHmac(alg.toLowerCase(), octets).update(Buffer.concat(list));
      expect(toHex(hmac(alg, octets, ...list))).toBe(reference.digest('hex'));
    });
    fc.assert(joined);
  });
});
