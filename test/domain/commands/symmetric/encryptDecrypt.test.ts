import { createCipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encryptDecrypt } from '../../../../domain/commands/symmetric/encryptDecrypt.ts';
import { encryptDecrypt2 } from '../../../../domain/commands/symmetric/encryptDecrypt2.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { cipherKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const BOTH = OBJECT.sign | OBJECT.decrypt;
const IV = new Uint8Array(16).fill(3);
const DATA = new Uint8Array(48).fill(5);

describe.each([
  ['encryptDecrypt', encryptDecrypt],
  ['encryptDecrypt2', encryptDecrypt2],
] as const)('%s', (_, command) => {
  test.each(['CTR', 'OFB', 'CBC', 'CFB', 'ECB'] as const)('does %s as others do', (mode) => {
    const { tpm, handle } = withPrimary(started(), cipherKey(BOTH));
    const ivIn = mode === 'ECB' ? new Uint8Array(0) : IV;
    const input = { keyHandle: handle, decrypt: false, mode, ivIn, inData: DATA };
    const { outData } = given(tpm).when(command, input).response as { outData: Uint8Array };
    const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
    const name = `aes-128-${mode.toLowerCase()}`;
    const cipher = createCipheriv(name, key, mode === 'ECB' ? null : ivIn);
    cipher.setAutoPadding(false);
    expect(Buffer.from(outData)).toEqual(Buffer.concat([cipher.update(DATA), cipher.final()]));
    const back = { ...input, decrypt: true, inData: outData };
    given(tpm).when(command, back).answers({ outData: DATA });
  });

  test('goes on with the IV that it gave back', () => {
    const { tpm, handle } = withPrimary(started(), cipherKey(BOTH, 'CFB'));
    const input = { keyHandle: handle, decrypt: false, mode: 'NULL', ivIn: IV };
    const all = given(tpm).when(command, { ...input, inData: DATA }).response;
    const first = given(tpm).when(command, { ...input, inData: DATA.subarray(16) }).response;
    const next = { ...input, ivIn: first['ivOut'], inData: DATA.subarray(32) };
    const second = given(tpm).when(command, next).response;
    const parts = [first['outData'], second['outData']] as Uint8Array[];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(all['outData'] as Uint8Array));
  });

  test('is refused to keys that are not for it', () => {
    const input = { decrypt: false, mode: 'CFB', ivIn: IV, inData: DATA };
    const other = withPrimary(started(), signingKey());
    given(other.tpm)
      .when(command, { ...input, keyHandle: other.handle })
      .refuses('KEY', { handle: 1 });
    const decrypting = withPrimary(started(), cipherKey(OBJECT.decrypt));
    given(decrypting.tpm)
      .when(command, { ...input, keyHandle: decrypting.handle })
      .refuses('ATTRIBUTES', { handle: 1 });
    const storage = withPrimary(started(), cipherKey(OBJECT.decrypt | OBJECT.restricted, 'CFB'));
    given(storage.tpm)
      .when(command, { ...input, decrypt: true, keyHandle: storage.handle })
      .refuses('ATTRIBUTES', { handle: 1 });
  });

  test('is refused modes, IVs and data that do not go together', () => {
    const open = withPrimary(started(), cipherKey(BOTH));
    const input = { keyHandle: open.handle, decrypt: false, mode: 'CBC', ivIn: IV, inData: DATA };
    const refused = (change: object) => given(open.tpm).when(command, { ...input, ...change });
    const place = (name: string): number =>
      1 + command.parameters.findIndex((parameter) => parameter.name === name);
    refused({ mode: 'NULL' }).refuses('MODE', { parameter: place('mode') });
    refused({ ivIn: IV.subarray(1) }).refuses('SIZE', { parameter: place('ivIn') });
    refused({ mode: 'ECB' }).refuses('SIZE', { parameter: place('ivIn') });
    refused({ inData: DATA.subarray(1) }).refuses('SIZE', { parameter: place('inData') });
    const fixed = withPrimary(started(), cipherKey(BOTH, 'CFB'));
    given(fixed.tpm)
      .when(command, { ...input, keyHandle: fixed.handle })
      .refuses('MODE', { parameter: place('mode') });
  });
});
