import { createHmac } from 'node:crypto';
import { describe, test } from 'vitest';
import { hash } from '../../../../domain/commands/symmetric/hash.ts';
import { hmac } from '../../../../domain/commands/symmetric/hmac.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { sha256 } from '../../../support/sessions.ts';
import { hmacKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const DATA = new Uint8Array(50).fill(6);
const GENERATED = new Uint8Array([0xff, 0x54, 0x43, 0x47]);

describe('hash', () => {
  const input = { data: DATA, hashAlg: 'SHA256', hierarchy: TPM_RH.PLATFORM };

  test('hashes, with a ticket of the hierarchy', () => {
    given(started())
      .when(hash, input)
      .answers({ outHash: sha256(DATA), validation: { hierarchy: TPM_RH.PLATFORM } });
  });

  test('gives no ticket to nobody, nor for what looks like a structure of the TPM', () => {
    const nothing = { validation: { hierarchy: TPM_RH.NULL, digest: new Uint8Array(0) } };
    given(started())
      .when(hash, { ...input, hierarchy: TPM_RH.NULL })
      .answers(nothing);
    given(started())
      .when(hash, { ...input, data: GENERATED })
      .answers(nothing);
  });
});

describe('hmac', () => {
  const { tpm, handle } = withPrimary(started(), hmacKey());

  test('is that of others', () => {
    const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
    const outHMAC = Uint8Array.from(createHmac('sha256', key).update(DATA).digest());
    given(tpm).when(hmac, { handle, buffer: DATA, hashAlg: 'SHA256' }).answers({ outHMAC });
  });

  test('is refused another hash than the key has', () => {
    given(tpm)
      .when(hmac, { handle, buffer: DATA, hashAlg: 'SHA1' })
      .refuses('VALUE', { parameter: 2 });
  });
});
