import { describe, expect, it } from 'vitest';
import {
  NV,
  OBJECT,
  SESSION,
  TPMA_NV,
  TPMA_OBJECT,
  TPMA_SESSION,
  has,
  withBits,
  withoutBits,
} from '../../../domain/structures/attributes.ts';
import { fromOctets, toOctets } from '../../../domain/structures/codec.ts';
import { u32 } from '../../../domain/structures/octets.ts';

const bitsOf = (table: Readonly<Record<string, number>>): number =>
  Object.values(table).reduce((all, bit) => all | bit, 0) >>> 0;

/** The bits that an attribute of 32 bits refuses. */
const reserved = (codec: typeof TPMA_NV): readonly number[] =>
  Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => {
    try {
      fromOctets(codec, u32(1 << bit));
      return false;
    } catch (error) {
      expect((error as Error).message).toBe('RESERVED_BITS');
      return true;
    }
  });

describe('TPMA_OBJECT', () => {
  it('reserves bits 0, 3, 8, 9, 12 to 15 and 20 to 31', () => {
    const upper = Array.from({ length: 12 }, (_, i) => 20 + i);
    expect(reserved(TPMA_OBJECT)).toEqual([0, 3, 8, 9, 12, 13, 14, 15, ...upper]);
  });

  it('has a name for every other bit', () => {
    expect(fromOctets(TPMA_OBJECT, u32(bitsOf(OBJECT)))).toBe(0x000f0cf6);
  });
});

describe('TPMA_NV', () => {
  it('reserves bits 8, 9 and 20 to 24', () => {
    expect(reserved(TPMA_NV)).toEqual([8, 9, 20, 21, 22, 23, 24]);
  });

  it('has a name for every other bit, save those of the type', () => {
    expect(bitsOf(NV)).toBe(0xfe0ffc0f);
    expect(fromOctets(TPMA_NV, u32(0xfe0ffcff))).toBe(0xfe0ffcff);
  });
});

describe('TPMA_SESSION', () => {
  it('reserves bits 3 and 4', () => {
    expect(bitsOf(SESSION)).toBe(0xe7);
    for (const octet of [0x08, 0x10, 0x18, 0xff]) {
      expect(() => fromOctets(TPMA_SESSION, Uint8Array.of(octet))).toThrow('RESERVED_BITS');
    }
    expect(fromOctets(TPMA_SESSION, Uint8Array.of(0xe7))).toBe(0xe7);
  });
});

describe('has', () => {
  it('asks for all bits of the mask, the highest one too', () => {
    const attributes = fromOctets(TPMA_NV, u32(0x80000003));
    expect(has(attributes, NV.READ_STCLEAR)).toBe(true);
    expect(has(attributes, NV.PPWRITE | NV.OWNERWRITE)).toBe(true);
    expect(has(attributes, NV.PPWRITE | NV.AUTHWRITE)).toBe(false);
    expect(has(attributes, NV.READ_STCLEAR | NV.WRITTEN)).toBe(false);
  });
});

describe('withBits and withoutBits', () => {
  it('keep the number unsigned, so that it can be written', () => {
    const set = withBits(1, NV.READ_STCLEAR);
    expect(set).toBe(0x80000001);
    expect(toOctets(TPMA_NV, set)).toEqual(u32(0x80000001));
    expect(withoutBits(set, 1)).toBe(0x80000000);
    expect(withoutBits(set, NV.READ_STCLEAR)).toBe(1);
  });
});
