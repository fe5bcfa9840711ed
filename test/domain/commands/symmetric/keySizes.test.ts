import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import { encryptDecrypt2 } from '../../../../domain/commands/symmetric/encryptDecrypt2.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { cipherKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const ivIn = new Uint8Array(16).fill(3);
const inData = new Uint8Array(32).fill(5);

test.each([128, 192, 256])('an AES key of %i bits encrypts as others do', (keyBits) => {
  const template = cipherKey(OBJECT.sign | OBJECT.decrypt, 'CFB');
  const parameters = { sym: { algorithm: 'AES', keyBits, mode: 'CFB' } } as const;
  const { tpm, handle } = withPrimary(started(), { ...template, parameters });
  const input = { keyHandle: handle, decrypt: false, mode: 'NULL', ivIn, inData };
  const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
  expect(key.length * 8).toBe(keyBits);
  const expected = createCipheriv(`aes-${keyBits}-cfb`, key, ivIn).update(inData);
  given(tpm)
    .when(encryptDecrypt2, input)
    .answers({ outData: Uint8Array.from(expected) });
});
