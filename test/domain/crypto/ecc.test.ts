import { createECDH, diffieHellman, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURVES } from '../../../domain/crypto/curves.ts';
import {
  eccAdd,
  eccMultiply,
  eccPublicFromPrivate,
  eccPublicSum,
  eccSharedX,
  isOnCurve,
} from '../../../domain/crypto/ecc.ts';
import type { EccPoint } from '../../../domain/crypto/eccPoint.ts';
import { modularPower, modulo, toInteger, toOctets } from '../../../domain/crypto/integers.ts';
import { isPrivateScalar, scalarFromRandom } from '../../../domain/crypto/scalars.ts';
import { COORDINATE_SIZE, ECC_CURVES, type EccCurve } from '../../../domain/structures/eccCurve.ts';
import { concat, toHex } from '../../../domain/structures/octets.ts';

const few = { numRuns: 12 };

/** Private scalars, with those next to the borders among them. */
function scalar(curve: EccCurve): fc.Arbitrary<Uint8Array> {
  const value = fc.bigInt({ min: 1n, max: CURVES[curve].n - 1n });
  return value.map((number) => toOctets(number, COORDINATE_SIZE[curve]));
}

/** d P by adding and doubling as one learns it: slow, and telling by its time. */
function schoolbook(curve: EccCurve, d: bigint, point: EccPoint): EccPoint {
  const [, ...bits] = d.toString(2);
  return bits.reduce((multiple, bit) => {
    const double = eccAdd(curve, multiple, multiple)!;
    return bit === '0' ? double : eccAdd(curve, double, point)!;
  }, point);
}

const G = (curve: EccCurve): EccPoint => {
  const { gx, gy } = CURVES[curve];
  const size = COORDINATE_SIZE[curve];
  return { x: toOctets(gx, size), y: toOctets(gy, size) };
};

const KNOWN = ECC_CURVES.flatMap((curve) => {
  const { known } = CURVES[curve];
  return known === null ? [] : [{ curve, nodeName: known.nodeName }];
});

it.each(KNOWN)('gives the points of $curve that node gives', ({ curve, nodeName }) => {
  const given = fc.property(scalar(curve), (d) => {
    const pair = createECDH(nodeName);
    pair.setPrivateKey(d);
    const { x, y } = eccPublicFromPrivate(curve, d);
    expect(toHex(concat(x, y))).toBe(pair.getPublicKey('hex').slice(2));
    expect(isOnCurve(curve, x, y)).toBe(true);
  });
  fc.assert(given, few);
});

describe.each(ECC_CURVES)('the curve %s', (curve) => {
  const { p, n, known } = CURVES[curve];
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
      if (known !== null) {
        const pair = createECDH(known.nodeName);
        pair.setPrivateKey(a);
        const theirs = pair.computeSecret(concat(Uint8Array.of(4), ofB.x, ofB.y));
        expect(toHex(point.x)).toBe(theirs.toString('hex'));
      }
      // a (b G) is (a b) G, y included.
      const product = octets(modulo(toInteger(a) * toInteger(b), n));
      expect(point).toEqual(eccPublicFromPrivate(curve, product));
    });
    fc.assert(shared, few);
  });

  it('multiplies as one does by hand', () => {
    const d = modulo(0x1234567n * modularPower(3n, 200n, n), n);
    const point = schoolbook(curve, 99n, G(curve));
    expect(eccPublicFromPrivate(curve, octets(99n))).toEqual(point);
    expect(eccMultiply(curve, octets(d), point)).toEqual(schoolbook(curve, d, point));
    expect(schoolbook(curve, n - 1n, point)).toEqual({
      x: point.x,
      y: octets(p - toInteger(point.y)),
    });
  });

  it('adds multiples of public points', () => {
    const point = eccPublicFromPrivate(curve, octets(7n));
    const sum = (u: bigint, v: bigint) => eccPublicSum(curve, u, v, point);
    expect(sum(5n, 3n)).toEqual(eccPublicFromPrivate(curve, octets(26n)));
    expect(sum(0n, 3n)).toEqual(eccPublicFromPrivate(curve, octets(21n)));
    expect(sum(7n, 1n)).toEqual(eccPublicFromPrivate(curve, octets(14n)));
    expect(sum(n - 7n, 1n)).toBeNull();
    expect(sum(5n, 0n)).toBeNull();
    expect(eccPublicSum(curve, 5n, 3n, { x: point.y, y: point.x })).toBeNull();
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
