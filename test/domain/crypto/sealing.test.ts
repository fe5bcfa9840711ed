import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openGcm, sealGcm, sealingKey } from '../../../domain/crypto/sealing.ts';
import { ascii, EMPTY, fromHex, toHex } from '../../../domain/structures/octets.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });
const data = fc.uint8Array({ maxLength: 100 });

function flipped(octets: Uint8Array, at: number): Uint8Array {
  return octets.map((octet, i) => (i === at ? octet ^ (1 << (at % 8)) : octet));
}

describe('sealGcm', () => {
  it('gives test cases 13 and 14 of the GCM specification', () => {
    const zeros = sealingKey(new Uint8Array(32));
    const sealed = sealGcm(zeros, new Uint8Array(12), EMPTY, EMPTY);
    expect(toHex(sealed)).toBe('530f8afbc74536b9a963b4f1c4cb738b');
    expect(toHex(sealGcm(zeros, new Uint8Array(12), EMPTY, new Uint8Array(16)))).toBe(
      'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
    );
  });

  it('agrees with node and is undone by openGcm', () => {
    const undone = fc.property(key, nonce, data, data, (octets, n, aad, plain) => {
      const cipher = createCipheriv('aes-256-gcm', octets, n).setAAD(aad);
      const expected = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      const k = sealingKey(octets);
      const sealed = sealGcm(k, n, aad, plain);
      expect(toHex(sealed)).toBe(expected.toString('hex'));
      expect(toHex(openGcm(k, n, aad, sealed)!)).toBe(toHex(plain));
    });
    fc.assert(undone);
  });

  it('takes no key and no nonce of another size', () => {
    const k = sealingKey(new Uint8Array(32));
    expect(() => sealingKey(new Uint8Array(16))).toThrow('32');
    expect(() => sealGcm(k, new Uint8Array(16), EMPTY, EMPTY)).toThrow('12');
    expect(() => openGcm(k, new Uint8Array(11), EMPTY, EMPTY)).toThrow('12');
  });
});

describe('openGcm', () => {
  const octets = fromHex('11'.repeat(32));
  const k = sealingKey(octets);
  const n = fromHex('22'.repeat(12));
  const aad = ascii('what stands beside it');
  const sealed = sealGcm(k, n, aad, ascii('a secret of some length'));

  it('refuses every flipped octet of what was sealed, of the aad, the nonce and the key', () => {
    for (let i = 0; i < sealed.length; i += 1)
      expect(openGcm(k, n, aad, flipped(sealed, i))).toBeNull();
    for (let i = 0; i < aad.length; i += 1)
      expect(openGcm(k, n, flipped(aad, i), sealed)).toBeNull();
    for (let i = 0; i < n.length; i += 1) expect(openGcm(k, flipped(n, i), aad, sealed)).toBeNull();
    for (let i = 0; i < octets.length; i += 1)
      expect(openGcm(sealingKey(flipped(octets, i)), n, aad, sealed)).toBeNull();
  });

  it('refuses whatever is cut or lengthened', () => {
    for (let size = 0; size < sealed.length; size += 1) {
      expect(openGcm(k, n, aad, sealed.subarray(0, size))).toBeNull();
    }
    expect(openGcm(k, n, aad, Uint8Array.of(...sealed, 0))).toBeNull();
    expect(openGcm(k, n, aad.subarray(1), sealed)).toBeNull();
  });
});
