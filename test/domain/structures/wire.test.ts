import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../domain/structures/octets.ts';
import { Reader, Writer } from '../../../domain/structures/wire.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('Reader', () => {
  it('reads the most significant octet first', () => {
    const reader = new Reader(fromHex('01020380000004fffffffffffffffe'));
    expect(reader.u8()).toBe(1);
    expect(reader.u16()).toBe(0x0203);
    expect(reader.u32()).toBe(0x80000004);
    expect(reader.u64()).toBe(0xfffffffffffffffen);
    expect(reader.remaining).toBe(0);
  });

  it.each([
    [1, (reader: Reader) => reader.u8()],
    [2, (reader: Reader) => reader.u16()],
    [4, (reader: Reader) => reader.u32()],
    [5, (reader: Reader) => reader.octets(5)],
  ])('refuses with INSUFFICIENT to read %i octets where there are fewer', (size, read) => {
    for (let length = 0; length < size; length += 1) {
      const reader = new Reader(new Uint8Array(length));
      expect(() => read(reader)).toThrow('INSUFFICIENT');
      expect(reader.remaining).toBe(length);
    }
    expect(() => read(new Reader(new Uint8Array(size)))).not.toThrow();
  });

  it('keeps to the part it was given, whatever lies around it', () => {
    const reader = new Reader(fromHex('aabbccdd'), 1, 3);
    expect(reader.remaining).toBe(2);
    expect(toHex(reader.peekRest())).toBe('bbcc');
    expect(() => reader.u32()).toThrow('INSUFFICIENT');
    expect(reader.u16()).toBe(0xbbcc);
    expect(() => reader.u8()).toThrow('INSUFFICIENT');
    expect(reader.octets(0)).toEqual(new Uint8Array(0));
  });
});

describe('Writer', () => {
  it('writes what a reader reads', () => {
    const written = fc.property(
      fc.array(fc.tuple(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffffffff), u64), { maxLength: 60 }),
      (rows) => {
        const writer = new Writer();
        for (const [a, b, c, d] of rows) {
          writer.u8(a);
          writer.u16(b);
          writer.u32(c);
          writer.u64(d);
        }
        expect(writer.length).toBe(rows.length * 15);
        const reader = new Reader(writer.toOctets());
        const read = rows.map(() => [reader.u8(), reader.u16(), reader.u32(), reader.u64()]);
        expect(read).toEqual(rows);
        expect(reader.remaining).toBe(0);
      },
    );
    fc.assert(written);
  });

  it('grows as far as it must', () => {
    const writer = new Writer();
    const large = Uint8Array.from({ length: 5000 }, (_, i) => i);
    writer.u8(1);
    writer.octets(large);
    writer.octets(new Uint8Array(0));
    writer.u8(2);
    const octets = writer.toOctets();
    expect(octets.length).toBe(5002);
    expect(toHex(octets.subarray(1, 5001))).toBe(toHex(large));
    expect(octets[5001]).toBe(2);
  });

  it('fills in a size for what was written since, one within the other', () => {
    const writer = new Writer();
    const outer = writer.reserveSize();
    writer.u8(9);
    const inner = writer.reserveSize();
    writer.octets(new Uint8Array(300));
    inner();
    outer();
    expect(toHex(writer.toOctets().subarray(0, 5))).toBe('012f09012c');
  });

  it('gives an array of its own', () => {
    const writer = new Writer();
    writer.u8(1);
    const first = writer.toOctets();
    writer.u8(2);
    expect(toHex(writer.toOctets())).toBe('02');
    expect(toHex(first)).toBe('01');
  });

  it('keeps apart what two of them write at once', () => {
    const [one, other] = [new Writer(), new Writer()];
    one.u8(1);
    other.u8(2);
    one.octets(new Uint8Array(5000).fill(3));
    expect(toHex(other.toOctets())).toBe('02');
    expect(one.toOctets().length).toBe(5001);
  });
});
