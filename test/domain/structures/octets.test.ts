import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  ascii,
  concat,
  fromHex,
  padLeft,
  sameOctets,
  stripTrailingZeros,
  toHex,
  u16,
  u32,
  u64,
} from '../../../domain/structures/octets.ts';

const octets = fc.uint8Array({ maxLength: 50 });

describe('concat', () => {
  it('joins its parts in an array of its own', () => {
    const joined = fc.property(fc.array(octets, { maxLength: 5 }), (parts) => {
      const all = concat(...parts);
      expect(toHex(all)).toBe(parts.map(toHex).join(''));
      expect(parts.every((part) => part.buffer !== all.buffer)).toBe(true);
    });
    fc.assert(joined);
  });
});

describe('toHex', () => {
  it('is undone by fromHex, in capitals too', () => {
    const undone = fc.property(octets, (value) => {
      expect(toHex(value)).toBe(Buffer.from(value).toString('hex'));
      expect(fromHex(toHex(value))).toEqual(value);
      expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
    });
    fc.assert(undone);
  });
});

describe('fromHex', () => {
  it.each(['a', '0x00', 'gg', ' 00', '00\n', '0 0'])('throws on %j', (text) => {
    expect(() => fromHex(text)).toThrow('even number of hex digits');
  });
});

describe('u16, u32 and u64', () => {
  it('put the most significant octet first', () => {
    expect(toHex(concat(u16(0x0102), u32(0x80000001), u64(0xff00000000000001n)))).toBe(
      '010280000001ff00000000000001',
    );
  });
});

describe('ascii', () => {
  it('adds no terminating zero', () => {
    expect(toHex(ascii('ATH\0'))).toBe('41544800');
    expect(ascii('')).toEqual(EMPTY);
  });
});

describe('sameOctets', () => {
  it('is true for the same octets and for nothing else', () => {
    const told = fc.property(octets, octets, (a, b) => {
      expect(sameOctets(a, a.slice())).toBe(true);
      expect(sameOctets(a, b)).toBe(Buffer.compare(a, b) === 0);
    });
    fc.assert(told);
  });
});

describe('stripTrailingZeros', () => {
  it('takes away zeros at the end and nothing else', () => {
    const stripped = fc.property(octets, fc.nat(9), (value, zeros) => {
      const without = stripTrailingZeros(concat(value, new Uint8Array(zeros)));
      expect(without.at(-1)).not.toBe(0);
      expect(toHex(value).startsWith(toHex(without))).toBe(true);
      expect(toHex(value).slice(2 * without.length)).toMatch(/^(00)*$/);
    });
    fc.assert(stripped);
    expect(stripTrailingZeros(new Uint8Array(5))).toEqual(EMPTY);
  });
});

describe('padLeft', () => {
  it('puts zeros in front, and cuts nothing', () => {
    const padded = fc.property(octets, fc.nat(60), (value, size) => {
      const result = padLeft(value, size);
      expect(result.length).toBe(Math.max(size, value.length));
      expect(toHex(result).slice(-2 * value.length || result.length * 2)).toBe(toHex(value));
      expect(toHex(result)).toBe(toHex(value).padStart(2 * size, '0'));
    });
    fc.assert(padded);
  });
});
