import { describe, expect, it } from 'vitest';
import { contextLoad } from '../../../../domain/commands/context/contextLoad.ts';
import { contextSave } from '../../../../domain/commands/context/contextSave.ts';
import { eventSequenceComplete } from '../../../../domain/commands/sequences/eventSequenceComplete.ts';
import { hmacStart } from '../../../../domain/commands/sequences/hmacStart.ts';
import { sequenceComplete } from '../../../../domain/commands/sequences/sequenceComplete.ts';
import { sequenceUpdate } from '../../../../domain/commands/sequences/sequenceUpdate.ts';
import { hmac } from '../../../../domain/commands/symmetric/hmac.ts';
import { cmac } from '../../../../domain/crypto/cmac.ts';
import type { SymmetricAlg } from '../../../../domain/crypto/symmetric.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat } from '../../../../domain/structures/octets.ts';
import { EMPTY_SECRET } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { cipherKey, hmacKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const DATA = new Uint8Array(45).map((_, i) => i);
const KEYS: readonly (readonly [SymmetricAlg, number])[] = [
  ['TDES', 128],
  ['TDES', 192],
  ['AES', 128],
  ['AES', 256],
  ['CAMELLIA', 128],
  ['CAMELLIA', 256],
];

function withKey(
  algorithm: SymmetricAlg,
  keyBits: number,
  mode: 'CMAC' | 'NULL' | 'CFB' = 'CMAC',
  attributes: number = OBJECT.sign,
) {
  const template = cipherKey(attributes, mode);
  const parameters = { sym: { algorithm, keyBits, mode } };
  const { tpm, handle } = withPrimary(started(), { ...template, parameters });
  const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
  return { tpm, handle, key };
}

describe('a MAC with a cipher key', () => {
  it.each(KEYS)('is a CMAC (%s, %i bits), at once and in pieces', (algorithm, keyBits) => {
    const { tpm, handle, key } = withKey(algorithm, keyBits);
    const outHMAC = cmac(algorithm, key, DATA);
    for (const hashAlg of ['NULL', 'CMAC']) {
      given(tpm).when(hmac, { handle, buffer: DATA, hashAlg }).answers({ outHMAC });
    }
    const begun = given(tpm).when(hmacStart, { handle, auth: EMPTY_SECRET, hashAlg: 'NULL' });
    const sequenceHandle = begun.decision.handle ?? 0;
    const fed = given(begun.tpm).when(sequenceUpdate, {
      sequenceHandle,
      buffer: DATA.subarray(0, 19),
    }).tpm;
    const { context } = given(fed).when(contextSave, { saveHandle: sequenceHandle }).response;
    const loaded = given(fed).when(contextLoad, { context });
    for (const at of [sequenceHandle, loaded.decision.handle]) {
      const last = { sequenceHandle: at, buffer: DATA.subarray(19), hierarchy: TPM_RH.OWNER };
      const outcome = given(loaded.tpm).when(sequenceComplete, last);
      outcome.records('ObjectFlushed');
      outcome.answers({ result: outHMAC, validation: { hierarchy: TPM_RH.NULL } });
    }
  });

  it('is asked for by a key without a mode of its own', () => {
    const { tpm, handle, key } = withKey('AES', 128, 'NULL');
    const outHMAC = cmac('AES', key, DATA);
    given(tpm).when(hmac, { handle, buffer: DATA, hashAlg: 'CMAC' }).answers({ outHMAC });
  });

  it('is refused as the reference refuses it', () => {
    const asked = (made: ReturnType<typeof withKey>, hashAlg: string) =>
      given(made.tpm).when(hmac, { handle: made.handle, buffer: DATA, hashAlg });
    const open = withKey('AES', 128, 'NULL');
    asked(open, 'NULL').refuses('VALUE', { parameter: 2 });
    asked(open, 'SHA256').refuses('SCHEME', { parameter: 2 });
    const encrypting = withKey('AES', 128, 'CFB');
    asked(encrypting, 'NULL').refuses('SCHEME', { parameter: 2 });
    asked(encrypting, 'CMAC').refuses('VALUE', { parameter: 2 });
    asked(withKey('AES', 128), 'SHA256').refuses('VALUE', { parameter: 2 });
    const decrypting = withKey('AES', 128, 'NULL', OBJECT.decrypt);
    asked(decrypting, 'CMAC').refuses('KEY', { handle: 1 });
    const restricted = withKey('AES', 128, 'CMAC', OBJECT.sign | OBJECT.restricted);
    asked(restricted, 'CMAC').refuses('ATTRIBUTES', { handle: 1 });
    const keyed = withPrimary(started(), hmacKey());
    asked({ ...keyed, key: DATA }, 'CMAC').refuses('VALUE', { parameter: 2 });
    const asymmetric = withPrimary(started(), signingKey());
    asked({ ...asymmetric, key: DATA }, 'CMAC').refuses('TYPE', { handle: 1 });
  });

  it('is no event', () => {
    const { tpm, handle } = withKey('AES', 128);
    const begun = given(tpm).when(hmacStart, { handle, auth: EMPTY_SECRET, hashAlg: 'CMAC' });
    const input = { pcrHandle: 16, sequenceHandle: begun.decision.handle, buffer: concat() };
    given(begun.tpm).when(eventSequenceComplete, input).refuses('MODE', { handle: 2 });
    expect(begun.tpm.objects.transient.size).toBe(2);
  });
});
