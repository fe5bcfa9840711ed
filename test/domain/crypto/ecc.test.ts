import {
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURVES } from '../../../domain/crypto/curves.ts';
import {
  eccMultiply,
  eccPublicFromPrivate,
  eccSharedX,
  ecdsaSign,
  ecdsaVerify,
  isOnCurve,
  isPrivateScalar,
  scalarFromRandom,
  type EccPoint,
} from '../../../domain/crypto/ecc.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { modularPower, modulo, toInteger, toOctets } from '../../../domain/crypto/integers.ts';
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

/** RFC 6979, A.2.5 to A.2.7: the message "sample" under the hash of the curve's strength. */
const RFC_6979: readonly Example[] = [
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

/** The curves under the names of JSON Web Key. */
const JWK_NAME: Readonly<Record<EccCurve, string>> = {
  NIST_P256: 'P-256',
  NIST_P384: 'P-384',
  NIST_P521: 'P-521',
};

const few = { numRuns: 12 };
const message = fc.uint8Array({ maxLength: 100 });

/** Private scalars, with those next to the borders among them. */
function scalar(curve: EccCurve): fc.Arbitrary<Uint8Array> {
  const value = fc.bigInt({ min: 1n, max: CURVES[curve].n - 1n });
  return value.map((number) => toOctets(number, COORDINATE_SIZE[curve]));
}

function nodePublic(curve: EccCurve, { x, y }: EccPoint): KeyObject {
  const [jwkX, jwkY] = [x, y].map((octets) => Buffer.from(octets).toString('base64url'));
  const key = { kty: 'EC', crv: JWK_NAME[curve], x: jwkX!, y: jwkY! };
  return createPublicKey({ key, format: 'jwk' });
}

const G = (curve: EccCurve): EccPoint => {
  const { gx, gy } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  return { x: toOctets(gx, size), y: toOctets(gy, size) };
};

describe.each(ECC_CURVES)('the curve %s', (curve) => {
  const { p, n, nodeName } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  const octets = (value: bigint): Uint8Array => toOctets(value, size);

  it('has the base point on it, of order n', () => {
    const { x, y } = G(curve);
    expect(isOnCurve(curve, x, y)).toBe(true);
    expect(eccPublicFromPrivate(curve, octets(1n))).toEqual({ x, y });
    expect(eccPublicFromPrivate(curve, octets(n - 1n))).toEqual({
      x,
      y: octets(p - toInteger(y)),
    });
    expect(modularPower(2n, p - 1n, p)).toBe(1n);
  });

  it('gives the public points that node gives, all of them on it', () => {
    const given = fc.property(scalar(curve), (d) => {
      const pair = createECDH(nodeName);
      pair.setPrivateKey(d);
      const point = eccPublicFromPrivate(curve, d);
      expect(toHex(concat(point.x, point.y))).toBe(pair.getPublicKey('hex').slice(2));
      expect(isOnCurve(curve, point.x, point.y)).toBe(true);
    });
    fc.assert(given, few);
  });

  it('takes no point beside it, and no coordinate that is not below p', () => {
    const { x, y } = G(curve);
    expect(isOnCurve(curve, x, octets(p - toInteger(y)))).toBe(true);
    for (let i = 0; i < size; i += 1) {
      expect(isOnCurve(curve, x.with(i, x[i]! ^ 1), y)).toBe(false);
      expect(isOnCurve(curve, x, y.with(i, y[i]! ^ 1))).toBe(false);
    }
    expect(isOnCurve(curve, octets(0n), octets(0n))).toBe(false);
    const tooLarge = toOctets(toInteger(x) + p, size + 1);
    expect(isOnCurve(curve, tooLarge, y)).toBe(false);
  });

  it('lets two parties share the same point', () => {
    const shared = fc.property(scalar(curve), scalar(curve), (a, b) => {
      const [ofA, ofB] = [eccPublicFromPrivate(curve, a), eccPublicFromPrivate(curve, b)];
      const point = eccMultiply(curve, a, ofB)!;
      expect(eccMultiply(curve, b, ofA)).toEqual(point);
      expect(isOnCurve(curve, point.x, point.y)).toBe(true);
      expect(eccSharedX(curve, a, ofB)).toEqual(point.x);
      const pair = createECDH(nodeName);
      pair.setPrivateKey(a);
      const theirs = pair.computeSecret(concat(Uint8Array.of(4), ofB.x, ofB.y));
      expect(toHex(point.x)).toBe(theirs.toString('hex'));
      // a (b G) is (a b) G, y included.
      const product = octets(modulo(toInteger(a) * toInteger(b), n));
      expect(point).toEqual(eccPublicFromPrivate(curve, product));
    });
    fc.assert(shared, few);
  });

  it.each([1n, 2n, 3n, n - 3n, n - 2n, n - 1n])('multiplies by %s like the base point', (d) => {
    expect(eccMultiply(curve, octets(d), G(curve))).toEqual(eccPublicFromPrivate(curve, octets(d)));
  });

  it('refuses scalars from outside 1 to n - 1, and points beside the curve', () => {
    const long = Uint8Array.of(1, ...new Uint8Array(size));
    for (const d of [octets(0n), octets(n), octets(n + 1n), new Uint8Array(0), long]) {
      expect(isPrivateScalar(curve, d)).toBe(false);
      expect(eccMultiply(curve, d, G(curve))).toBeNull();
      expect(eccSharedX(curve, d, G(curve))).toBeNull();
      expect(() => eccPublicFromPrivate(curve, d)).toThrow('from 1 to n - 1');
    }
    for (const d of [1n, 255n, 256n, n - 1n]) {
      expect(isPrivateScalar(curve, octets(d))).toBe(true);
    }
    const { x } = G(curve);
    expect(eccMultiply(curve, octets(5n), { x, y: x })).toBeNull();
    expect(eccSharedX(curve, octets(5n), { x, y: x })).toBeNull();
  });

  it('takes scalars with fewer octets, and with zeros in front', () => {
    const point = eccPublicFromPrivate(curve, octets(258n));
    expect(eccPublicFromPrivate(curve, Uint8Array.of(1, 2))).toEqual(point);
    expect(eccPublicFromPrivate(curve, toOctets(258n, size + 9))).toEqual(point);
  });

  it('makes scalars out of extra random octets, never 0 and never n', () => {
    const { length } = scalarFromRandom(curve, new Uint8Array(size + 8));
    expect(length).toBe(size);
    const made = (value: bigint): bigint =>
      toInteger(scalarFromRandom(curve, toOctets(value, size + 8)));
    expect([0n, n - 2n, n - 1n, n].map(made)).toEqual([1n, n - 1n, 1n, 2n]);
    expect(() => scalarFromRandom(curve, new Uint8Array(size + 7))).toThrow('8 extra');
  });

  it('makes signatures that node verifies, and verifies those that node makes', () => {
    const alg = fc.constantFrom(...HASH_ALGS);
    const agreed = fc.property(scalar(curve), scalar(curve), message, alg, (d, k, text, name) => {
      const { x, y } = eccPublicFromPrivate(curve, d);
      const hashed = digest(name, text);
      const { r, s } = ecdsaSign(curve, d, hashed, k)!;
      expect([r.length, s.length]).toEqual([size, size]);
      const key = nodePublic(curve, { x, y });
      const hashName = name.toLowerCase();
      const ieee = { key, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify(hashName, text, ieee, concat(r, s))).toBe(true);
      expect(ecdsaVerify(curve, x, y, hashed, r, s)).toBe(true);
      expect(ecdsaVerify(curve, x, y, digest(name, concat(text, text, k)), r, s)).toBe(false);
    });
    fc.assert(agreed, few);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: nodeName });
    const jwk = publicKey.export({ format: 'jwk' });
    const [x, y] = [jwk.x!, jwk.y!].map((text) => new Uint8Array(Buffer.from(text, 'base64url')));
    const text = ascii('signed by node');
    for (const name of HASH_ALGS) {
      const dsa = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const signature = new Uint8Array(sign(name.toLowerCase(), text, dsa));
      const [r, s] = [signature.subarray(0, size), signature.subarray(size)];
      expect(ecdsaVerify(curve, x!, y!, digest(name, text), r, s)).toBe(true);
    }
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
      expect(ecdsaVerify(curve, x, y, hashed, flip(r), s)).toBe(false);
      expect(ecdsaVerify(curve, x, y, hashed, r, flip(s))).toBe(false);
      expect(ecdsaVerify(curve, x, y, flip(hashed), r, s)).toBe(false);
      expect(ecdsaVerify(curve, flip(x), y, hashed, r, s)).toBe(false);
      expect(ecdsaVerify(curve, x, flip(y), hashed, r, s)).toBe(false);
    }
  });

  it('refuses numbers from outside 1 to n - 1', () => {
    const zero = new Uint8Array(32);
    const large = toOctets(toInteger(r) + n, 33);
    expect(ecdsaVerify(curve, x, y, hashed, zero, s)).toBe(false);
    expect(ecdsaVerify(curve, x, y, hashed, r, zero)).toBe(false);
    expect(ecdsaVerify(curve, x, y, hashed, large, s)).toBe(false);
    expect(ecdsaVerify(curve, x, y, hashed, r, toOctets(n, 32))).toBe(false);
    expect(ecdsaVerify(curve, x, y, hashed, new Uint8Array(0), new Uint8Array(0))).toBe(false);
    expect(ecdsaVerify(curve, zero, zero, hashed, r, s)).toBe(false);
  });

  it('takes the other signature of the same key, of which s is negative', () => {
    expect(ecdsaVerify(curve, x, y, hashed, r, toOctets(n - toInteger(s), 32))).toBe(true);
  });

  it('takes a digest of nothing but zeros, and any length of it', () => {
    for (const size of [0, 20, 32, 64]) {
      const zeros = new Uint8Array(size);
      const signature = ecdsaSign(curve, d, zeros, toOctets(31337n, 32))!;
      expect(ecdsaVerify(curve, x, y, zeros, signature.r, signature.s)).toBe(true);
    }
  });

  it('adds a point to itself, and to its opposite, where the sum asks for it', () => {
    // With d = 1 and z = r both terms of the sum are the same point, with z = -r opposite ones.
    const one = eccPublicFromPrivate(curve, toOctets(1n, 32));
    const k = toOctets(424242n, 32);
    const first = toInteger(eccPublicFromPrivate(curve, k).x) % n;
    const z = toOctets(first, 32);
    const signature = ecdsaSign(curve, toOctets(1n, 32), z, k)!;
    expect(ecdsaVerify(curve, one.x, one.y, z, signature.r, signature.s)).toBe(true);
    const opposite = toOctets(n - first, 32);
    expect(ecdsaVerify(curve, one.x, one.y, opposite, z, signature.s)).toBe(false);
  });
});

describe('eccSharedX', () => {
  it('is what node makes of the same keys in its own keeping', () => {
    const [a, b] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
    const octets = (text: string | undefined): Uint8Array =>
      new Uint8Array(Buffer.from(text ?? '', 'base64url'));
    const d = octets(a!.privateKey.export({ format: 'jwk' }).d);
    const { x, y } = b!.publicKey.export({ format: 'jwk' });
    const expected = diffieHellman({ privateKey: a!.privateKey, publicKey: b!.publicKey });
    expect(toHex(eccSharedX('NIST_P256', d, { x: octets(x), y: octets(y) })!)).toBe(
      expected.toString('hex'),
    );
  });
});
