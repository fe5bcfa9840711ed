import { describe, expect, it } from 'vitest';
import {
  INT32,
  NOTHING,
  UINT16,
  UINT32,
  UINT8,
  bits,
  checked,
  fromOctets,
  list,
  oneOf,
  sized,
  sizedOf,
  sizedOrAbsent,
  sizedSecret,
  struct,
  tagged,
  toOctets,
} from '../../../domain/structures/codec.ts';
import { fromHex, toHex } from '../../../domain/structures/octets.ts';
import { secret } from '../../../domain/structures/secret.ts';

const PAIR = struct('PAIR', { a: UINT8, b: UINT16 });

describe('fromOctets', () => {
  it('refuses with SIZE what is left over, with INSUFFICIENT what is missing', () => {
    expect(fromOctets(UINT16, fromHex('0102'))).toBe(0x0102);
    expect(() => fromOctets(UINT16, fromHex('010203'))).toThrow('SIZE');
    expect(() => fromOctets(UINT16, fromHex('01'))).toThrow('INSUFFICIENT');
  });
});

describe('INT32', () => {
  it('is in two’s complement', () => {
    expect(toHex(toOctets(INT32, -2))).toBe('fffffffe');
    expect(fromOctets(INT32, fromHex('80000000'))).toBe(-(2 ** 31));
  });
});

describe('sized', () => {
  const codec = sized('TPM2B_TEST', 3);

  it('takes up to its greatest size and refuses more with SIZE, before it looks for them', () => {
    expect(toHex(fromOctets(codec, fromHex('0003aabbcc')))).toBe('aabbcc');
    expect(fromOctets(codec, fromHex('0000'))).toEqual(new Uint8Array(0));
    expect(() => fromOctets(codec, fromHex('0004aabbccdd'))).toThrow('SIZE');
    expect(() => fromOctets(codec, fromHex('ffff'))).toThrow('SIZE');
    expect(() => fromOctets(codec, fromHex('0003aabb'))).toThrow('INSUFFICIENT');
  });

  it('refuses with another code where the table says so', () => {
    expect(() => fromOctets(sized('TPM2B_TEST', 3, 'VALUE'), fromHex('0004'))).toThrow('VALUE');
  });
});

describe('sizedSecret', () => {
  it('keeps a copy: the request may be wiped', () => {
    const request = fromHex('0002aabb');
    const read = fromOctets(sizedSecret('TPM2B_TEST', 4), request);
    request.fill(0);
    expect(toHex(read.octets)).toBe('aabb');
    expect(toHex(toOctets(sizedSecret('TPM2B_TEST', 4), secret(read.octets)))).toBe('0002aabb');
  });
});

describe('sizedOf', () => {
  const codec = sizedOf('TPM2B_PAIR', PAIR);

  it('refuses with SIZE a size that is not that of the structure', () => {
    expect(fromOctets(codec, fromHex('0003010002'))).toEqual({ a: 1, b: 2 });
    for (const octets of ['0000', '0002010002', '000401000200', '0000010002']) {
      expect(() => fromOctets(codec, fromHex(octets))).toThrow('SIZE');
    }
  });

  it('refuses with INSUFFICIENT a structure that is not all there', () => {
    expect(() => fromOctets(codec, fromHex('00030100'))).toThrow('INSUFFICIENT');
    expect(() => fromOctets(codec, fromHex('00'))).toThrow('INSUFFICIENT');
  });
});

describe('sizedOrAbsent', () => {
  const codec = sizedOrAbsent('TPM2B_PAIR', PAIR);

  it('is absent when its size is zero, and whole otherwise', () => {
    expect(fromOctets(codec, fromHex('0000'))).toBeNull();
    expect(toHex(toOctets(codec, null))).toBe('0000');
    expect(fromOctets(codec, fromHex('0003010002'))).toEqual({ a: 1, b: 2 });
    expect(() => fromOctets(codec, fromHex('0002010002'))).toThrow('SIZE');
  });
});

describe('list', () => {
  const codec = list('TPML_TEST', UINT8, 3, 1);

  it('refuses with SIZE a count beyond its bounds, before it looks for the elements', () => {
    expect(fromOctets(codec, fromHex('0000000201ff'))).toEqual([1, 255]);
    for (const octets of ['00000000', '0000000401020304', 'ffffffff']) {
      expect(() => fromOctets(codec, fromHex(octets))).toThrow('SIZE');
    }
    expect(() => fromOctets(codec, fromHex('0000000201'))).toThrow('INSUFFICIENT');
  });
});

describe('oneOf', () => {
  const codec = oneOf('TPM_TEST', UINT8, { ONE: 1, TWO: 2 }, 'SCHEME');

  it('reads names, refuses other numbers with its code and does not write other names', () => {
    expect(fromOctets(codec, fromHex('02'))).toBe('TWO');
    expect(() => fromOctets(codec, fromHex('03'))).toThrow('SCHEME');
    expect(() => fromOctets(oneOf('T', UINT8, { ONE: 1 }), fromHex('00'))).toThrow('VALUE');
    expect(() => toOctets(codec, 'THREE' as 'TWO')).toThrow('THREE is no TPM_TEST');
  });
});

describe('bits', () => {
  it('refuses each reserved bit with RESERVED_BITS, the highest one too', () => {
    const mask = 0x7ffffffe;
    const codec = bits('TPMA_TEST', UINT32, mask);
    expect(fromOctets(codec, fromHex('7ffffffe'))).toBe(mask);
    expect(() => fromOctets(codec, fromHex('00000001'))).toThrow('RESERVED_BITS');
    expect(() => fromOctets(codec, fromHex('80000000'))).toThrow('RESERVED_BITS');
  });
});

describe('checked', () => {
  it('refuses with the code that the check gives', () => {
    const codec = checked('TEST', UINT8, (value) => (value > 9 ? 'RANGE' : null));
    expect(fromOctets(codec, fromHex('09'))).toBe(9);
    expect(() => fromOctets(codec, fromHex('0a'))).toThrow('RANGE');
  });
});

describe('tagged', () => {
  const selector = oneOf('TPMI_TEST', UINT16, { PAIR: 1, NULL: 0x10 }, 'TYPE');
  const codec = tagged('TPMT_TEST', 'kind', selector, { PAIR, NULL: NOTHING });

  it('puts the selector among the fields that it selects', () => {
    expect(fromOctets(codec, fromHex('0001070008'))).toEqual({ kind: 'PAIR', a: 7, b: 8 });
    expect(toHex(toOctets(codec, { kind: 'NULL' }))).toBe('0010');
    expect(() => fromOctets(codec, fromHex('0002'))).toThrow('TYPE');
    expect(() => toOctets(codec, {} as { kind: 'NULL' })).toThrow('is no TPMI_TEST');
  });

  it('refuses with SELECTOR what it has a name but no structure for', () => {
    const narrow = tagged('TPMT_TEST', 'kind', selector as never, { PAIR });
    expect(() => fromOctets(narrow, fromHex('0010'))).toThrow('SELECTOR');
  });
});
