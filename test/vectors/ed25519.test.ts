import { describe, expect, it } from 'vitest';
import { ed25519Verify } from '../../domain/crypto/ed25519.ts';
import { fromHex } from '../../domain/structures/octets.ts';
import { describeCase, hasVectors, wycheproof } from '../support/vectors.ts';

type Group = Readonly<{ publicKey: Readonly<{ pk: string }> }>;
type Case = Readonly<{ msg: string; sig: string }>;

describe.runIf(hasVectors())('Ed25519', () => {
  it('agrees with Wycheproof about every signature', () => {
    for (const { publicKey, tests } of wycheproof<Group, Case>('ed25519')) {
      for (const test of tests) {
        const accepted = ed25519Verify(fromHex(publicKey.pk), fromHex(test.msg), fromHex(test.sig));
        expect(accepted, describeCase(test)).toBe(test.result === 'valid');
      }
    }
  });
});
