import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBody, encodeBody } from '../../../domain/engine/body.ts';
import { concat } from '../../../domain/structures/octets.ts';
import { Secret } from '../../../domain/structures/secret.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom('x:00', 'n:1', 's:4', 't:x', 'x:'),
);
const value = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('tree'), { maxKeys: 4 }),
  ),
})).tree;

describe('body', () => {
  test('what is encoded is decoded to the same value', () => {
    fc.assert(
      fc.property(value, (original) => {
        const { text, secrets } = encodeBody({ original });
        expect(decodeBody(text, concat(...secrets))).toEqual({ original });
      }),
    );
  });

  test('maps keep their entries and their order', () => {
    const map = new Map([
      [3, 'three'],
      [1, 'one'],
    ]);
    const { text } = encodeBody({ map });
    expect(decodeBody(text, new Uint8Array(0))).toEqual({ map });
  });

  test('Secrets leave their octets out of the text and get them back in order', () => {
    const first = new Secret(new Uint8Array([1, 2, 3]));
    const second = new Secret(new Uint8Array([4]));
    const { text, secrets } = encodeBody({ first, deeper: { second } });
    expect(text).toBe('{"first":"s:3","deeper":{"second":"s:1"}}');
    const decoded = decodeBody(text, concat(...secrets)) as {
      readonly first: Secret;
      readonly deeper: { readonly second: Secret };
    };
    expect([...decoded.first.octets]).toEqual([1, 2, 3]);
    expect([...decoded.deeper.second.octets]).toEqual([4]);
  });

  test('Secrets that are cut short or left over are refused', () => {
    expect(() => decodeBody('{"a":"s:3"}', new Uint8Array(2))).toThrow('cut short');
    expect(() => decodeBody('{"a":"s:3"}', new Uint8Array(4))).toThrow('more secrets');
  });
});
