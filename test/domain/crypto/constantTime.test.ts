import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalAuths, equalOctets } from '../../../domain/crypto/constantTime.ts';
import { stripTrailingZeros } from '../../../domain/structures/octets.ts';

const octets = fc.uint8Array({ maxLength: 40 });

describe('equalOctets', () => {
  it('is true for the same octets and for nothing else', () => {
    const told = fc.property(octets, octets, (a, b) => {
      expect(equalOctets(a, a.slice())).toBe(true);
      expect(equalOctets(a, b)).toBe(Buffer.compare(a, b) === 0);
    });
    fc.assert(told);
  });

  it('sees a difference of one bit anywhere', () => {
    const octetsOf32 = Uint8Array.from({ length: 32 }, (_, i) => i);
    for (let bit = 0; bit < 256; bit += 1) {
      const other = octetsOf32.slice();
      other[bit >> 3] = other[bit >> 3]! ^ (1 << (bit & 7));
      expect(equalOctets(octetsOf32, other)).toBe(false);
    }
  });

  it('answers to other lengths instead of throwing', () => {
    expect(equalOctets(new Uint8Array(0), new Uint8Array(1))).toBe(false);
    expect(equalOctets(new Uint8Array(0), new Uint8Array(0))).toBe(true);
  });
});

describe('equalAuths', () => {
  it('is true for what differs in zeros at the end alone', () => {
    const told = fc.property(octets, octets, fc.nat(70), (a, b, zeros) => {
      const longer = Uint8Array.of(...a, ...new Uint8Array(zeros));
      expect(equalAuths(a, longer)).toBe(true);
      expect(equalAuths(longer, a)).toBe(true);
      expect(equalAuths(longer, Uint8Array.of(...longer, 1))).toBe(false);
      const [short, other] = [a, b].map(stripTrailingZeros);
      expect(equalAuths(a, b)).toBe(Buffer.compare(short!, other!) === 0);
    });
    fc.assert(told);
  });

  it('leaves what it compares as it is', () => {
    const a = Uint8Array.of(1, 2, 3);
    expect(equalAuths(a, a)).toBe(true);
    expect(a).toEqual(Uint8Array.of(1, 2, 3));
  });
});
