import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eventSequenceComplete } from '../../../../domain/commands/sequences/eventSequenceComplete.ts';
import { hashSequenceStart } from '../../../../domain/commands/sequences/hashSequenceStart.ts';
import { hmacStart } from '../../../../domain/commands/sequences/hmacStart.ts';
import { sequenceComplete } from '../../../../domain/commands/sequences/sequenceComplete.ts';
import { sequenceUpdate } from '../../../../domain/commands/sequences/sequenceUpdate.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import type { TpmtHa } from '../../../../domain/structures/base.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { EMPTY_SECRET } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { pcrValue } from '../../../../domain/tpm/pcrs.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { sha256 } from '../../../support/sessions.ts';
import { hmacKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const FIRST = new Uint8Array(70).fill(1);
const SECOND = new Uint8Array(33).fill(2);
const GENERATED = new Uint8Array([0xff, 0x54, 0x43, 0x47, 0, 0]);

/** The TPM with a hash sequence, or one for an event where the hash is NULL. */
function begun(hashAlg: 'SHA256' | 'NULL') {
  const outcome = given(started()).when(hashSequenceStart, { auth: EMPTY_SECRET, hashAlg });
  return { tpm: outcome.tpm, handle: outcome.decision.handle ?? 0 };
}

function updated(tpm: Tpm, sequenceHandle: number, buffer: Uint8Array): Tpm {
  return given(tpm).when(sequenceUpdate, { sequenceHandle, buffer }).tpm;
}

function completed(tpm: Tpm, sequenceHandle: number, buffer: Uint8Array) {
  const hierarchy = TPM_RH.OWNER;
  return given(tpm).when(sequenceComplete, { sequenceHandle, buffer, hierarchy });
}

describe('a hash sequence', () => {
  test('hashes what it was given, and is gone', () => {
    const { tpm, handle } = begun('SHA256');
    const outcome = completed(updated(tpm, handle, FIRST), handle, SECOND);
    outcome.answers({ result: sha256(FIRST, SECOND) });
    expect(outcome.tpm.objects.transient.size).toBe(0);
  });

  test('gives a ticket unless it began like a structure of the TPM, or too short to tell', () => {
    const { tpm, handle } = begun('SHA256');
    completed(tpm, handle, FIRST).answers({ validation: { hierarchy: TPM_RH.OWNER } });
    const nothing = { validation: { hierarchy: TPM_RH.NULL } };
    completed(tpm, handle, GENERATED).answers(nothing);
    const short = updated(tpm, handle, FIRST.subarray(0, 3));
    completed(short, handle, FIRST).answers(nothing);
  });

  test('ends only as what it is', () => {
    const event = begun('NULL');
    completed(event.tpm, event.handle, FIRST).refuses('MODE', { handle: 1 });
    const { tpm, handle } = begun('SHA256');
    const input = { pcrHandle: 16, sequenceHandle: handle, buffer: FIRST };
    given(tpm).when(eventSequenceComplete, input).refuses('MODE', { handle: 2 });
    const key = withPrimary(started(), signingKey());
    const asked = { sequenceHandle: key.handle, buffer: FIRST };
    given(key.tpm).when(sequenceUpdate, asked).refuses('MODE', { parameter: 1 });
    completed(key.tpm, key.handle, FIRST).refuses('MODE', { handle: 1 });
  });
});

describe('an event sequence', () => {
  test('extends a PCR in every bank', () => {
    const { tpm, handle } = begun('NULL');
    const fed = updated(tpm, handle, FIRST);
    const input = { pcrHandle: 16, sequenceHandle: handle, buffer: SECOND };
    const outcome = given(fed).when(eventSequenceComplete, input);
    const results = outcome.response['results'] as readonly TpmtHa[];
    expect(results.map(({ hashAlg }) => hashAlg)).toEqual(['SHA1', 'SHA256', 'SHA384', 'SHA512']);
    const measured = sha256(FIRST, SECOND);
    expect(results[1]?.digest).toEqual(measured);
    expect(pcrValue(outcome.tpm.pcrs, 'SHA256', 16)).toEqual(sha256(new Uint8Array(32), measured));
  });

  test('extends none for TPM_RH_NULL, and none from a locality that may not', () => {
    const { tpm, handle } = begun('NULL');
    const input = { sequenceHandle: handle, buffer: SECOND };
    given(tpm)
      .when(eventSequenceComplete, { ...input, pcrHandle: TPM_RH.NULL })
      .records('ObjectFlushed');
    given(tpm)
      .when(eventSequenceComplete, { ...input, pcrHandle: 17 })
      .refuses('LOCALITY');
  });
});

describe('an HMAC sequence', () => {
  const { tpm, handle } = withPrimary(started(), hmacKey());
  const input = { handle, auth: EMPTY_SECRET, hashAlg: 'NULL' };

  test('makes the HMAC of what it was given, with no ticket', () => {
    const outcome = given(tpm).when(hmacStart, input);
    const sequence = outcome.decision.handle ?? 0;
    const done = completed(updated(outcome.tpm, sequence, FIRST), sequence, SECOND);
    const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
    const expected = createHmac('sha256', key).update(FIRST).update(SECOND).digest();
    done.answers({ result: Uint8Array.from(expected), validation: { hierarchy: TPM_RH.NULL } });
  });

  test('is refused other keys, and hashes that are not the key’s', () => {
    const other = withPrimary(started(), signingKey());
    given(other.tpm)
      .when(hmacStart, { ...input, handle: other.handle })
      .refuses('TYPE', { handle: 1 });
    given(tpm)
      .when(hmacStart, { ...input, hashAlg: 'SHA384' })
      .refuses('VALUE', { parameter: 2 });
    const FIXED = OBJECT.fixedTPM | OBJECT.fixedParent;
    const restricted = withPrimary(started(), hmacKey(OBJECT.restricted | FIXED));
    given(restricted.tpm)
      .when(hmacStart, { ...input, handle: restricted.handle })
      .refuses('ATTRIBUTES', { handle: 1 });
  });
});
