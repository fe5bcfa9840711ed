import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kdfSource } from '../../../domain/crypto/drbg.ts';
import { ascii, concat, toHex } from '../../../domain/structures/octets.ts';

const key = ascii('a primary seed');
const context = ascii('a template');

describe('kdfSource', () => {
  // Keys were derived from this stream: should these octets ever change, those keys are gone.
  it('gives the octets that it always gave', () => {
    expect(toHex(kdfSource(key, 'Primary Object Creation', context)(80))).toBe(
      'a73fee7be7a1b475374c6a73ff76b287dd13ab2567d74b287c7c3da214e24be4' +
        '1ad724bbe6431fdc18ca4ad6cfd82a7b3c0c69649bbda7b65fbebb1c5dfa32dc' +
        'd3695a6106af9bf6d9a15fde2fc4ee26',
    );
  });

  it('is HMAC-SHA512 over a counter, label, zero, context and four zeros', () => {
    const block = (i: number): Buffer =>
      createHmac('sha512', key)
        .update(Uint8Array.of(0, 0, 0, i))
        .update('LABEL\0')
        .update(context)
        .update(new Uint8Array(4))
        .digest();
    const expected = Buffer.concat([block(1), block(2), block(3)]).toString('hex');
    expect(toHex(kdfSource(key, 'LABEL', context)(192))).toBe(expected);
  });

  it('is the same stream however it is cut', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 8 });
    const cut = fc.property(sizes, (list) => {
      const source = kdfSource(key, 'LABEL', context);
      const total = list.reduce((sum, size) => sum + size, 0);
      const pieces = list.map((size) => source(size));
      expect(toHex(concat(...pieces))).toBe(toHex(kdfSource(key, 'LABEL', context)(total)));
    });
    fc.assert(cut);
  });

  it('is another one for another key, label or context', () => {
    const streams = [
      kdfSource(key, 'LABEL', context),
      kdfSource(ascii('another seed'), 'LABEL', context),
      kdfSource(key, 'OTHER', context),
      kdfSource(key, 'LABEL', ascii('another template')),
    ].map((source) => toHex(source(32)));
    expect(new Set(streams).size).toBe(streams.length);
  });
});
