import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DER_NULL,
  der,
  derBits,
  derElement,
  derElements,
  derInteger,
  derOctets,
  derSequence,
} from '../../../domain/crypto/der.ts';
import { toInteger } from '../../../domain/crypto/integers.ts';
import { concat, fromHex, toHex } from '../../../domain/structures/octets.ts';

/** The contents of one value, after its tag and a length of one, two or three octets. */
function contentsOf(encoded: Uint8Array): Uint8Array {
  const [, first = 0] = encoded;
  const lengthSize = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthSize === 0 ? first : Number(toInteger(encoded.subarray(2, 2 + lengthSize)));
  expect(encoded.length).toBe(2 + lengthSize + length);
  return encoded.subarray(2 + lengthSize);
}

describe('der', () => {
  it.each([
    [0, '0400'],
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65535, '0482ffff'],
  ])('gives the shortest length for %i octets', (size, head) => {
    const encoded = der(0x04, new Uint8Array(size));
    expect(toHex(encoded.subarray(0, head.length / 2))).toBe(head);
    expect(contentsOf(encoded).length).toBe(size);
  });

  it('writes each kind under its tag', () => {
    expect(toHex(derSequence(DER_NULL, derOctets(fromHex('aa'))))).toBe('300505000401aa');
    expect(toHex(derBits(fromHex('80')))).toBe('03020080');
  });
});

describe('derInteger', () => {
  it.each([
    ['00', '020100'],
    ['', '020100'],
    ['7f', '02017f'],
    ['80', '02020080'],
    ['0080', '02020080'],
    ['000001', '020101'],
  ])('writes %s as %s', (octets, encoded) => {
    expect(toHex(derInteger(fromHex(octets)))).toBe(encoded);
  });

  it('keeps the number, never negative and never longer than it must be', () => {
    const kept = fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const contents = contentsOf(derInteger(octets));
      expect(toInteger(contents)).toBe(toInteger(octets));
      expect(contents[0]! < 0x80).toBe(true);
      expect(contents.length > 1 && contents[0] === 0 && contents[1]! < 0x80).toBe(false);
    });
    fc.assert(kept);
  });

  it('stands the same alone and within', () => {
    const one = derInteger(fromHex('01'));
    expect(contentsOf(derSequence(one, one))).toEqual(concat(one, one));
  });
});

describe('derElement', () => {
  it('reads what der writes, and leaves what follows', () => {
    const written = fc.property(
      fc.integer({ min: 0, max: 0xde }).filter((tag) => (tag & 0x1f) !== 0x1f),
      fc.uint8Array({ maxLength: 700 }),
      fc.uint8Array({ maxLength: 9 }),
      (tag, contents, behind) => {
        const element = derElement(concat(der(tag, contents), behind));
        expect(element?.tag).toBe(tag);
        expect(element?.contents).toEqual(contents);
        expect(element?.whole).toEqual(der(tag, contents));
        expect(element?.onward).toEqual(concat(contents, behind));
      },
    );
    fc.assert(written);
  });

  it.each(['', '30', '3001', '3080', '308100', '30820001', '3083000000', '1f00', '3082ff00'])(
    'is null for %s, or empty',
    (hex) => {
      const element = derElement(fromHex(hex));
      expect(element === null || element.contents.length === 0).toBe(true);
      expect(element === null).toBe(hex !== '308100');
    },
  );

  it('makes a list of nothing but elements', () => {
    const two = concat(derSequence(), derOctets(new Uint8Array(3)));
    expect(derElements(two)?.map(({ tag }) => tag)).toEqual([0x30, 0x04]);
    expect(derElements(two.subarray(0, -1))).toBeNull();
    expect(derElements(new Uint8Array(0))).toEqual([]);
  });
});
