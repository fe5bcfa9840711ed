import { describe, expect, test } from 'vitest';
import { nvCertify } from '../../../../domain/commands/nv/nvCertify.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmtSignature } from '../../../../domain/structures/schemes.ts';
import { entityName } from '../../../../domain/tpm/entities.ts';
import { attestOf, isSignedBy } from '../../../support/attestations.ts';
import { given } from '../../../support/given.ts';
import { INDEX, defined, written } from '../../../support/indices.ts';
import { withPrimary } from '../../../support/objects.ts';
import { sha256 } from '../../../support/sessions.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const CONTENTS = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
const { tpm, handle } = withPrimary(after(started(), ...written(CONTENTS)), signingKey());
const input = {
  signHandle: handle,
  authHandle: TPM_RH.OWNER,
  nvIndex: INDEX,
  qualifyingData: new Uint8Array([9]),
  inScheme: { scheme: 'NULL' },
};

describe('nvCertify', () => {
  test('signs a part of the data', () => {
    const { response } = given(tpm).when(nvCertify, { ...input, size: 3, offset: 2 });
    const octets = response['certifyInfo'] as Uint8Array;
    expect(attestOf(octets)).toMatchObject({
      type: 'NV',
      attested: {
        indexName: entityName(tpm, INDEX),
        offset: 2,
        nvContents: CONTENTS.subarray(2, 5),
      },
    });
    const signature = response['signature'] as TpmtSignature;
    expect(isSignedBy(tpm, handle, octets, signature)).toBe(true);
  });

  test('signs the digest of all data when nothing of it is asked for', () => {
    const { response } = given(tpm).when(nvCertify, { ...input, size: 0, offset: 0 });
    expect(attestOf(response['certifyInfo'])).toMatchObject({
      type: 'NV_DIGEST',
      attested: { nvDigest: sha256(CONTENTS) },
    });
  });

  test('is refused beyond the data, before it was written, and without a right', () => {
    given(tpm)
      .when(nvCertify, { ...input, size: 7, offset: 2 })
      .refuses('NV_RANGE');
    const unwritten = withPrimary(after(started(), defined()), signingKey());
    given(unwritten.tpm)
      .when(nvCertify, { ...input, signHandle: unwritten.handle, size: 1, offset: 0 })
      .refuses('NV_UNINITIALIZED');
    given(tpm)
      .when(nvCertify, { ...input, authHandle: TPM_RH.PLATFORM, size: 1, offset: 0 })
      .refuses('NV_AUTHORIZATION');
  });

  test('is refused keys that do not sign, and schemes that are not theirs', () => {
    const storage = withPrimary(tpm, STORAGE_KEY);
    given(storage.tpm)
      .when(nvCertify, { ...input, signHandle: storage.handle, size: 1, offset: 0 })
      .refuses('KEY', { handle: 1 });
    const inScheme = { scheme: 'HMAC', hashAlg: 'SHA256' };
    given(tpm)
      .when(nvCertify, { ...input, inScheme, size: 1, offset: 0 })
      .refuses('SCHEME', { parameter: 2 });
  });
});
