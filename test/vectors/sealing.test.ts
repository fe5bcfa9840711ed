import { describe, expect, it } from 'vitest';
import { openGcm, sealGcm, sealingKey } from '../../domain/crypto/sealing.ts';
import { concat, fromHex, toHex } from '../../domain/structures/octets.ts';
import { describeCase, hasVectors, wycheproof } from '../support/vectors.ts';

type Group = Readonly<{ keySize: number; ivSize: number; tagSize: number }>;
type Case = Readonly<Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string>>;

describe.runIf(hasVectors())('sealing', () => {
  it('agrees with Wycheproof about AES-256-GCM, and takes no other key, nonce or tag', () => {
    let opened = 0;
    for (const { keySize, ivSize, tagSize, tests } of wycheproof<Group, Case>('aes_gcm')) {
      const isOurs = keySize === 256 && ivSize === 96 && tagSize === 128;
      for (const test of tests) {
        const [key, nonce, aad] = [fromHex(test.key), fromHex(test.iv), fromHex(test.aad)];
        const sealed = concat(fromHex(test.ct), fromHex(test.tag));
        if (!isOurs) {
          expect(() => openGcm(sealingKey(key), nonce, aad, sealed), describeCase(test)).toThrow(
            'octets',
          );
          continue;
        }
        const plain = openGcm(sealingKey(key), nonce, aad, sealed);
        const expected = test.result === 'valid' ? test.msg : null;
        expect(plain === null ? null : toHex(plain), describeCase(test)).toBe(expected);
        if (plain === null) continue;
        expect(toHex(sealGcm(sealingKey(key), nonce, aad, plain))).toBe(toHex(sealed));
        opened += 1;
      }
    }
    expect(opened).toBeGreaterThan(30);
  });
});
