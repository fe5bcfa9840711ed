import { describe, expect, test } from 'vitest';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { pcrSetAuthPolicy } from '../../../../domain/commands/pcr/pcrSetAuthPolicy.ts';
import { pcrSetAuthValue } from '../../../../domain/commands/pcr/pcrSetAuthValue.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { entityAuth, entityPolicy } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

const AUTH = new Uint8Array([1, 2, 3, 0, 0]);
const DIGEST = new Uint8Array(32).fill(8);

describe('pcrSetAuthValue', () => {
  test('sets the value of the whole group, without trailing zeros', () => {
    const { tpm } = given(started()).when(pcrSetAuthValue, { pcrHandle: 21, auth: AUTH });
    for (const pcr of [20, 21, 22]) {
      expect(entityAuth(tpm, pcr).octets).toEqual(AUTH.subarray(0, 3));
    }
    expect(entityAuth(tpm, 19).length).toBe(0);
  });

  test('sets a value that TPM2_Clear takes away', () => {
    const { tpm } = given(started()).when(pcrSetAuthValue, { pcrHandle: 21, auth: AUTH });
    const cleared = given(tpm).when(clear, { authHandle: TPM_RH.PLATFORM });
    expect(entityAuth(cleared.tpm, 21).length).toBe(0);
  });

  test('is refused for other PCR', () => {
    given(started()).when(pcrSetAuthValue, { pcrHandle: 16, auth: AUTH }).refuses('VALUE');
  });
});

describe('pcrSetAuthPolicy', () => {
  const input = { authHandle: TPM_RH.PLATFORM, hashAlg: 'SHA256', pcrNum: 20, authPolicy: DIGEST };

  test('sets the policy of the whole group, and takes it away', () => {
    const { tpm } = given(started()).when(pcrSetAuthPolicy, input);
    expect(entityPolicy(tpm, 22)).toEqual({ hashAlg: 'SHA256', digest: DIGEST });
    const none = { ...input, hashAlg: 'NULL', authPolicy: new Uint8Array(0) };
    expect(entityPolicy(given(tpm).when(pcrSetAuthPolicy, none).tpm, 22)).toBeNull();
  });

  test('is refused for other PCR, and for policies of another size', () => {
    given(started())
      .when(pcrSetAuthPolicy, { ...input, pcrNum: 10 })
      .refuses('VALUE', { parameter: 3 });
    given(started())
      .when(pcrSetAuthPolicy, { ...input, hashAlg: 'SHA384' })
      .refuses('SIZE', { parameter: 1 });
  });
});
