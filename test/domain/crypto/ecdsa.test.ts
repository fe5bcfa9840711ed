import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURVES } from '../../../domain/crypto/curves.ts';
import { derSequence } from '../../../domain/crypto/der.ts';
import { eccPublicFromPrivate } from '../../../domain/crypto/ecc.ts';
import { EC_PUBLIC_KEY, encodedPoint, type EccPoint } from '../../../domain/crypto/eccPoint.ts';
import { ecdsaSign, ecdsaVerify } from '../../../domain/crypto/ecdsa.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { modulo, toInteger, toOctets } from '../../../domain/crypto/integers.ts';
import { COORDINATE_SIZE, ECC_CURVES, type EccCurve } from '../../../domain/structures/eccCurve.ts';
import { HASH_ALGS, type HashAlg } from '../../../domain/structures/hashAlg.ts';
import { ascii, concat, fromHex, toHex } from '../../../domain/structures/octets.ts';

type Example = Readonly<{
  curve: EccCurve;
  alg: HashAlg;
  x: string;
  k: string;
  r: string;
  s: string;
}>;

/** RFC 6979, A.2.3 to A.2.7: the message "sample" under the hash of the curve's strength. */
const RFC_6979: readonly Example[] = [
  {
    curve: 'NIST_P192',
    alg: 'SHA256',
    x: '6FAB034934E4C0FC9AE67F5B5659A9D7D1FEFD187EE09FD4',
    k: '32B1B6D7D42A05CB449065727A84804FB1A3E34D8F261496',
    r: '4B0B8CE98A92866A2820E20AA6B75B56382E0F9BFD5ECB55',
    s: 'CCDB006926EA9565CBADC840829D8C384E06DE1F1E381B85',
  },
  {
    curve: 'NIST_P224',
    alg: 'SHA256',
    x: 'F220266E1105BFE3083E03EC7A3A654651F45E37167E88600BF257C1',
    k: 'AD3029E0278F80643DE33917CE6908C70A8FF50A411F06E41DEDFCDC',
    r: '61AA3DA010E8E8406C656BC477A7A7189895E7E840CDFE8FF42307BA',
    s: 'BC814050DAB5D23770879494F9E0A680DC1AF7161991BDE692B10101',
  },
  {
    curve: 'NIST_P256',
    alg: 'SHA256',
    x: 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721',
    k: 'A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60',
    r: 'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
    s: 'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
  },
  {
    curve: 'NIST_P384',
    alg: 'SHA384',
    x:
      '6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8' +
      '96D5724E4C70A825F872C9EA60D2EDF5',
    k:
      '94ED910D1A099DAD3254E9242AE85ABDE4BA15168EAF0CA87A555FD56D10FBCA' +
      '2907E3E83BA95368623B8C4686915CF9',
    r:
      '94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C' +
      '81A648152E44ACF96E36DD1E80FABE46',
    s:
      '99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F' +
      'A329C145786E679E7B82C71A38628AC8',
  },
  {
    curve: 'NIST_P521',
    alg: 'SHA512',
    x:
      '00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75C' +
      'AA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538',
    k:
      '01DAE2EA071F8110DC26882D4D5EAE0621A3256FC8847FB9022E2B7D28E6F1019' +
      '8B1574FDD03A9053C08A1854A168AA5A57470EC97DD5CE090124EF52A2F7ECBFFD3',
    r:
      '00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F1' +
      '74E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA',
    s:
      '00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF2' +
      '82623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A',
  },
];

const few = { numRuns: 12 };
const message = fc.uint8Array({ maxLength: 100 });

const NAMED = ECC_CURVES.flatMap((curve) => {
  const { known } = CURVES[curve];
  return known === null ? [] : [{ curve, ...known }];
});

describe.each(NAMED)('ECDSA on $curve', ({ curve, nodeName, oid }) => {
  const size = COORDINATE_SIZE[curve];
  const scalar = fc
    .bigInt({ min: 1n, max: CURVES[curve].n - 1n })
    .map((number) => toOctets(number, size));

  function nodePublic(point: EccPoint): KeyObject {
    const spki = derSequence(derSequence(EC_PUBLIC_KEY, oid), encodedPoint(point));
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  }

  it('makes signatures that node verifies, and verifies those that node makes', () => {
    const alg = fc.constantFrom(...HASH_ALGS);
    const agreed = fc.property(scalar, scalar, message, alg, (d, k, text, name) => {
      const { x, y } = eccPublicFromPrivate(curve, d);
      const hashed = digest(name, text);
      const { r, s } = ecdsaSign(curve, d, hashed, k)!;
      expect([r.length, s.length]).toEqual([size, size]);
      const key = nodePublic({ x, y });
      const hashName = name.toLowerCase();
      const ieee = { key, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify(hashName, text, ieee, concat(r, s))).toBe(true);
      expect(ecdsaVerify(curve, { x, y }, hashed, { r, s })).toBe(true);
      expect(ecdsaVerify(curve, { x, y }, digest(name, concat(text, text, k)), { r, s })).toBe(
        false,
      );
    });
    fc.assert(agreed, few);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: nodeName });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const [x, y] = [spki.slice(-2 * size, -size), spki.slice(-size)];
    const text = ascii('signed by node');
    for (const name of HASH_ALGS) {
      const dsa = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signature = new Uint8Array(sign(name.toLowerCase(), text, dsa));
      const [r, s] = [signature.subarray(0, size), signature.subarray(size)];
      expect(ecdsaVerify(curve, { x, y }, digest(name, text), { r, s })).toBe(true);
    }
  });
});

describe.each(['BN_P256', 'BN_P638', 'SM2_P256'] as const)('ECDSA on %s', (curve) => {
  const size = COORDINATE_SIZE[curve];
  const [d, k] = [toOctets(0x1234567n, size), toOctets(CURVES[curve].n - 0x7654321n, size)];

  it.each(HASH_ALGS)('verifies what it signed of %s, and nothing else', (alg) => {
    const hashed = digest(alg, ascii('sample'));
    const signature = ecdsaSign(curve, d, hashed, k)!;
    const key = eccPublicFromPrivate(curve, d);
    expect(ecdsaVerify(curve, key, hashed, signature)).toBe(true);
    expect(ecdsaVerify(curve, key, digest(alg, ascii('samples')), signature)).toBe(false);
    const other = { r: signature.r, s: toOctets(toInteger(signature.s) ^ 1n, size) };
    expect(ecdsaVerify(curve, key, hashed, other)).toBe(false);
  });
});

describe('ecdsaSign', () => {
  it.each(RFC_6979)('gives the example of RFC 6979 on $curve', ({ curve, alg, x, k, r, s }) => {
    const signature = ecdsaSign(curve, fromHex(x), digest(alg, ascii('sample')), fromHex(k))!;
    expect(toHex(signature.r)).toBe(r.toLowerCase());
    expect(toHex(signature.s)).toBe(s.toLowerCase());
  });

  it('answers null to a secret number from outside 1 to n - 1', () => {
    const d = toOctets(5n, 32);
    const hashed = digest('SHA256', ascii('sample'));
    for (const k of [0n, CURVES.NIST_P256.n]) {
      expect(ecdsaSign('NIST_P256', d, hashed, toOctets(k, 32))).toBeNull();
    }
  });

  it('answers null when s would be 0', () => {
    // s = (z + r d) / k is 0 for the digest -r d.
    const { n } = CURVES.NIST_P256;
    const [d, k] = [toOctets(77n, 32), toOctets(99n, 32)];
    const r = toInteger(eccPublicFromPrivate('NIST_P256', k).x) % n;
    const hashed = toOctets(modulo(-r * 77n, n), 32);
    expect(ecdsaSign('NIST_P256', d, hashed, k)).toBeNull();
  });
});

describe('ecdsaVerify', () => {
  const curve = 'NIST_P256';
  const { n } = CURVES[curve];
  const d = toOctets(0x1234567n, 32);
  const hashed = digest('SHA256', ascii('sample'));
  const { x, y } = eccPublicFromPrivate(curve, d);
  const { r, s } = ecdsaSign(curve, d, hashed, toOctets(0x7654321n, 32))!;

  it('refuses every flipped octet', () => {
    for (let i = 0; i < 32; i += 1) {
      const flip = (octets: Uint8Array): Uint8Array => octets.with(i, octets[i]! ^ 0x20);
      expect(ecdsaVerify(curve, { x, y }, hashed, { r: flip(r), s })).toBe(false);
      expect(ecdsaVerify(curve, { x, y }, hashed, { r, s: flip(s) })).toBe(false);
      expect(ecdsaVerify(curve, { x, y }, flip(hashed), { r, s })).toBe(false);
      expect(ecdsaVerify(curve, { x: flip(x), y }, hashed, { r, s })).toBe(false);
      expect(ecdsaVerify(curve, { x, y: flip(y) }, hashed, { r, s })).toBe(false);
    }
  });

  it('refuses numbers from outside 1 to n - 1', () => {
    const zero = new Uint8Array(32);
    const large = toOctets(toInteger(r) + n, 33);
    expect(ecdsaVerify(curve, { x, y }, hashed, { r: zero, s })).toBe(false);
    expect(ecdsaVerify(curve, { x, y }, hashed, { r, s: zero })).toBe(false);
    expect(ecdsaVerify(curve, { x, y }, hashed, { r: large, s })).toBe(false);
    expect(ecdsaVerify(curve, { x, y }, hashed, { r, s: toOctets(n, 32) })).toBe(false);
    expect(
      ecdsaVerify(curve, { x, y }, hashed, { r: new Uint8Array(0), s: new Uint8Array(0) }),
    ).toBe(false);
    expect(ecdsaVerify(curve, { x: zero, y: zero }, hashed, { r, s })).toBe(false);
  });

  it('takes the other signature of the same key, of which s is negative', () => {
    expect(ecdsaVerify(curve, { x, y }, hashed, { r, s: toOctets(n - toInteger(s), 32) })).toBe(
      true,
    );
  });

  it('takes a digest of nothing but zeros, and any length of it', () => {
    for (const size of [0, 20, 32, 64]) {
      const zeros = new Uint8Array(size);
      const signature = ecdsaSign(curve, d, zeros, toOctets(31337n, 32))!;
      expect(ecdsaVerify(curve, { x, y }, zeros, signature)).toBe(true);
    }
  });

  it('adds a point to itself, and to its opposite, where the sum asks for it', () => {
    // With d = 1 and z = r both terms of the sum are the same point, with z = -r opposite ones.
    const one = eccPublicFromPrivate(curve, toOctets(1n, 32));
    const k = toOctets(424242n, 32);
    const first = toInteger(eccPublicFromPrivate(curve, k).x) % n;
    const z = toOctets(first, 32);
    const signature = ecdsaSign(curve, toOctets(1n, 32), z, k)!;
    expect(ecdsaVerify(curve, one, z, signature)).toBe(true);
    const opposite = toOctets(n - first, 32);
    expect(ecdsaVerify(curve, one, opposite, { r: z, s: signature.s })).toBe(false);
  });
});
