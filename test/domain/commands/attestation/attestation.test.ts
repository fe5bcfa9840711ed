import { describe, expect, test } from 'vitest';
import type { Command } from '../../../../domain/commands/command.ts';
import { certify } from '../../../../domain/commands/attestation/certify.ts';
import { certifyCreation } from '../../../../domain/commands/attestation/certifyCreation.ts';
import { getCommandAuditDigest } from '../../../../domain/commands/attestation/getCommandAuditDigest.ts';
import { getSessionAuditDigest } from '../../../../domain/commands/attestation/getSessionAuditDigest.ts';
import { getTime } from '../../../../domain/commands/attestation/getTime.ts';
import { quote } from '../../../../domain/commands/attestation/quote.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { COMMANDS } from '../../../../domain/commands/index.ts';
import { digest as digestOf } from '../../../../domain/crypto/hash.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
import type { TpmtSignature } from '../../../../domain/structures/schemes.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { VENDOR } from '../../../../domain/tpm/vendor.ts';
import { attestOf, isSignedBy } from '../../../support/attestations.ts';
import { given } from '../../../support/given.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { HMAC_SESSION, sha256, withSession } from '../../../support/sessions.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const DATA = new Uint8Array([7, 7, 7]);
const NULL_SCHEME = { scheme: 'NULL' };
const common = { qualifyingData: DATA, inScheme: NULL_SCHEME };
const { ENDORSEMENT, NULL, OWNER } = TPM_RH;
const commandAudit = getCommandAuditDigest(() => COMMANDS);

/** A TPM with a session that audited something, a signing key and a storage key. */
function prepared() {
  const audited = withSession(started(), 'HMAC', {}, { auditDigest: new Uint8Array(32).fill(3) });
  const signer = withPrimary(audited, signingKey());
  const other = withPrimary(signer.tpm, STORAGE_KEY);
  return { tpm: other.tpm, signer: signer.handle, other: other.handle };
}

const all = prepared();
const CASES: readonly (readonly [string, Command, string, object, number])[] = [
  ['certify', certify, 'certifyInfo', { objectHandle: all.other }, 2],
  ['getTime', getTime, 'timeInfo', { privacyAdminHandle: ENDORSEMENT }, 2],
  ['getCommandAuditDigest', commandAudit, 'auditInfo', { privacyHandle: ENDORSEMENT }, 2],
  [
    'getSessionAuditDigest',
    getSessionAuditDigest,
    'auditInfo',
    { privacyAdminHandle: ENDORSEMENT, sessionHandle: HMAC_SESSION },
    2,
  ],
];

describe.each(CASES)('%s', (_, command, field, handles, number) => {
  test('signs what it says, and for whom', () => {
    const input = { ...handles, signHandle: all.signer, ...common };
    const { response } = given(all.tpm).when(command, input);
    const octets = response[field] as Uint8Array;
    expect(attestOf(octets)).toMatchObject({
      extraData: DATA,
      qualifiedSigner: objectAt(all.tpm, all.signer).qualifiedName,
    });
    const signature = response['signature'] as TpmtSignature;
    expect(isSignedBy(all.tpm, all.signer, octets, signature)).toBe(true);
  });

  test('without a key says it without a signature', () => {
    const { response } = given(all.tpm).when(command, { ...handles, signHandle: NULL, ...common });
    expect(attestOf(response[field]).qualifiedSigner).toEqual(u32(NULL));
    expect(response['signature']).toEqual({ sigAlg: 'NULL' });
  });

  test('is refused keys that do not sign, and schemes that are not theirs', () => {
    given(all.tpm)
      .when(command, { ...handles, signHandle: all.other, ...common })
      .refuses('KEY', { handle: number });
    const inScheme = { scheme: 'ECDSA', hashAlg: 'SHA384' };
    given(all.tpm)
      .when(command, { ...handles, signHandle: all.signer, qualifyingData: DATA, inScheme })
      .refuses('SCHEME', { parameter: 2 });
  });

  test('cancels a shutdown that was recorded, when a key signs', () => {
    const shut = after(all.tpm, { type: 'ShutDown', shutdownType: 'state', timeMs: 0n });
    expect(shut.lifecycle.orderly).toBe('state');
    const input = { ...handles, ...common };
    const signed = given(shut).when(command, { ...input, signHandle: all.signer });
    expect(signed.tpm.lifecycle.orderly).toBe('none');
  });
});

describe('certify', () => {
  test('names the object and its ancestors', () => {
    const input = { objectHandle: all.other, signHandle: NULL, ...common };
    const { response } = given(all.tpm).when(certify, input);
    const { name, qualifiedName } = objectAt(all.tpm, all.other);
    expect(attestOf(response['certifyInfo']).attested).toEqual({ name, qualifiedName });
  });
});

describe('certifyCreation', () => {
  const input = { primaryHandle: OWNER, inPublic: signingKey(), ...creation() };
  const made = given(started()).when(createPrimary, input);
  const { creationHash, creationTicket } = made.response;
  const objectHandle = made.decision.handle ?? 0;
  const asked = { signHandle: NULL, objectHandle, creationHash, creationTicket, ...common };

  test('says in which circumstances an object was created', () => {
    const { response } = given(made.tpm).when(certifyCreation, asked);
    expect(attestOf(response['certifyInfo']).attested).toEqual({
      objectName: objectAt(made.tpm, objectHandle).name,
      creationHash,
    });
  });

  test('is refused other circumstances', () => {
    given(made.tpm)
      .when(certifyCreation, { ...asked, creationHash: sha256(DATA) })
      .refuses('TICKET', { parameter: 4 });
  });
});

describe('quote', () => {
  const PCRselect = [{ hash: 'SHA256', pcrSelect: new Uint8Array([3, 0, 0]) }];

  test('signs the PCR in one digest', () => {
    const input = { signHandle: all.signer, ...common, PCRselect };
    const { response } = given(all.tpm).when(quote, input);
    const octets = response['quoted'] as Uint8Array;
    const pcrDigest = sha256(new Uint8Array(64));
    expect(attestOf(octets).attested).toEqual({ pcrSelect: PCRselect, pcrDigest });
    const signature = response['signature'] as TpmtSignature;
    expect(isSignedBy(all.tpm, all.signer, octets, signature)).toBe(true);
  });

  test('is refused without a key: its hash is wanted', () => {
    given(all.tpm)
      .when(quote, { signHandle: NULL, ...common, PCRselect })
      .refuses('SCHEME', { parameter: 2 });
    given(all.tpm)
      .when(quote, { signHandle: all.other, ...common, PCRselect })
      .refuses('KEY', { handle: 1 });
  });
});

describe('the clock in an attestation', () => {
  /** What a key of this hierarchy says of firmware and counters. */
  function said(tpm: Tpm, hierarchy: number) {
    const key = withPrimary(tpm, signingKey(), hierarchy);
    const input = { privacyAdminHandle: ENDORSEMENT, signHandle: key.handle, ...common };
    return attestOf(given(key.tpm).when(getTime, input).response['timeInfo']);
  }

  test.each([
    ['endorsement', ENDORSEMENT, true],
    ['platform', TPM_RH.PLATFORM, true],
    ['owner', OWNER, false],
  ])('shows its counters under a key of the %s hierarchy: %s', (_, hierarchy, isPlain) => {
    const tpm = started();
    const { firmwareVersion, clockInfo, attested } = said(tpm, hierarchy);
    expect(firmwareVersion === VENDOR.firmwareVersion).toBe(isPlain);
    expect(clockInfo.resetCount === tpm.clock.resetCount).toBe(isPlain);
    expect(attested).toMatchObject({ firmwareVersion: VENDOR.firmwareVersion });
    expect(said(tpm, hierarchy).firmwareVersion).toBe(firmwareVersion);
  });
});

describe('the audit digests', () => {
  test('a command audit is told and begins anew once it was signed', () => {
    const digest = new Uint8Array(64).fill(8);
    const audited = after(all.tpm, { type: 'CommandAudited', digest, counter: 4n });
    const input = { privacyHandle: ENDORSEMENT, ...common };
    const signed = given(audited).when(commandAudit, { ...input, signHandle: all.signer });
    expect(attestOf(signed.response['auditInfo']).attested).toEqual({
      auditCounter: 4n,
      digestAlg: 0x000d,
      auditDigest: digest,
      commandDigest: digestOf('SHA512', u32(0x140)),
    });
    expect(signed.tpm.audit.digest).toBeNull();
    const unsigned = given(audited).when(commandAudit, { ...input, signHandle: NULL });
    expect(unsigned.tpm.audit.digest).toEqual(digest);
  });

  test('a session that audits nothing has nothing to tell', () => {
    const handles = { privacyAdminHandle: ENDORSEMENT, signHandle: NULL };
    given(withSession(started(), 'HMAC'))
      .when(getSessionAuditDigest, { ...handles, sessionHandle: HMAC_SESSION, ...common })
      .refuses('TYPE', { handle: 3 });
  });
});
