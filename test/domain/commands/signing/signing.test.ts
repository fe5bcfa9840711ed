import { describe, expect, test } from 'vitest';
import { hash } from '../../../../domain/commands/symmetric/hash.ts';
import { sign } from '../../../../domain/commands/signing/sign.ts';
import { verifySignature } from '../../../../domain/commands/signing/verifySignature.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmtSignature } from '../../../../domain/structures/schemes.ts';
import { isSignedBy } from '../../../support/attestations.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { sha256 } from '../../../support/sessions.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const FIXED = OBJECT.fixedTPM | OBJECT.fixedParent;
const NONE = new Uint8Array(0);
const MESSAGE = new Uint8Array([1, 2, 3, 4, 5]);
const digest = sha256(MESSAGE);
const NO_TICKET = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };
const plain = withPrimary(started(), signingKey());
const input = {
  keyHandle: plain.handle,
  digest,
  inScheme: { scheme: 'NULL' },
  validation: NO_TICKET,
};

describe('sign', () => {
  test('signs as others verify', () => {
    const { response } = given(plain.tpm).when(sign, input);
    const signature = response['signature'] as TpmtSignature;
    expect(isSignedBy(plain.tpm, plain.handle, MESSAGE, signature)).toBe(true);
  });

  test('is refused another scheme than the key has, and another size than the scheme', () => {
    given(plain.tpm)
      .when(sign, { ...input, inScheme: { scheme: 'RSASSA', hashAlg: 'SHA256' } })
      .refuses('SCHEME', { parameter: 2 });
    given(plain.tpm)
      .when(sign, { ...input, digest: digest.subarray(1) })
      .refuses('SIZE', { parameter: 1 });
  });

  test('is refused keys that do not sign, and keys for certificates', () => {
    for (const template of [STORAGE_KEY, cipherKey(OBJECT.sign)]) {
      const { tpm, handle } = withPrimary(started(), template);
      given(tpm)
        .when(sign, { ...input, keyHandle: handle })
        .refuses('KEY', { handle: 1 });
    }
    const x509 = withPrimary(started(), signingKey(OBJECT.x509sign));
    given(x509.tpm)
      .when(sign, { ...input, keyHandle: x509.handle })
      .refuses('ATTRIBUTES', { handle: 1 });
  });

  test('a restricted key signs what the TPM hashed, and nothing else', () => {
    const { tpm, handle } = withPrimary(started(), signingKey(OBJECT.restricted | FIXED));
    const asked = { ...input, keyHandle: handle };
    given(tpm).when(sign, asked).refuses('TICKET', { parameter: 3 });
    const hashed = given(tpm).when(hash, {
      data: MESSAGE,
      hashAlg: 'SHA256',
      hierarchy: TPM_RH.OWNER,
    }).response;
    const { validation } = hashed;
    expect(given(tpm).when(sign, { ...asked, validation }).response).toHaveProperty('signature');
    given(tpm)
      .when(sign, { ...asked, digest: sha256(digest), validation })
      .refuses('TICKET', { parameter: 3 });
  });

  test('a restricted key does not sign what looks like a structure of the TPM', () => {
    const data = new Uint8Array([0xff, 0x54, 0x43, 0x47, 0x80, 0x17]);
    const { tpm, handle } = withPrimary(started(), signingKey(OBJECT.restricted | FIXED));
    const hashed = given(tpm).when(hash, { data, hashAlg: 'SHA256', hierarchy: TPM_RH.OWNER });
    const { outHash, validation } = hashed.response;
    given(tpm)
      .when(sign, { ...input, keyHandle: handle, digest: outHash, validation })
      .refuses('TICKET', { parameter: 3 });
  });
});

describe('verifySignature', () => {
  const { signature } = given(plain.tpm).when(sign, input).response;
  const asked = { keyHandle: plain.handle, digest, signature };

  test('gives a ticket for what the key signed', () => {
    given(plain.tpm)
      .when(verifySignature, asked)
      .answers({ validation: { tag: 'VERIFIED', hierarchy: TPM_RH.OWNER } });
  });

  test('gives an empty one for a key of nobody', () => {
    const { tpm, handle } = withPrimary(started(), signingKey(), TPM_RH.NULL);
    const made = given(tpm).when(sign, { ...input, keyHandle: handle }).response;
    given(tpm)
      .when(verifySignature, { keyHandle: handle, digest, signature: made['signature'] })
      .answers({ validation: { tag: 'VERIFIED', hierarchy: TPM_RH.NULL, digest: NONE } });
  });

  test('is refused what the key did not sign', () => {
    given(plain.tpm)
      .when(verifySignature, { ...asked, digest: sha256(digest) })
      .refuses('SIGNATURE', { parameter: 2 });
    const rsa = { sigAlg: 'RSASSA', hash: 'SHA256', sig: new Uint8Array(256) };
    given(plain.tpm)
      .when(verifySignature, { ...asked, signature: rsa })
      .refuses('SCHEME', { parameter: 2 });
    const storage = withPrimary(started(), STORAGE_KEY);
    given(storage.tpm)
      .when(verifySignature, { ...asked, keyHandle: storage.handle })
      .refuses('ATTRIBUTES', { handle: 1 });
  });
});
