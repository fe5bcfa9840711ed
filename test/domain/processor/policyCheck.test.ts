import { expect, test } from 'vitest';
import { createPrimary } from '../../../domain/commands/hierarchy/createPrimary.ts';
import { startAuthSession } from '../../../domain/commands/sessions/startAuthSession.ts';
import { sign } from '../../../domain/commands/signing/sign.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { DrivenTpm } from '../../support/drivenTpm.ts';
import { creation } from '../../support/objects.ts';
import { signingKey } from '../../support/templates.ts';
import { started } from '../../support/tpms.ts';

const NONE = new Uint8Array(0);
const POLICY_FAIL_OF_SESSION_1 = 0x99d;

test('an object without a policy has one that no session fulfils', () => {
  const driven = new DrivenTpm(started());
  const made = { primaryHandle: TPM_RH.OWNER, inPublic: signingKey(), ...creation() };
  const { handle: keyHandle } = driven.do(createPrimary, made);
  const session = driven.do(startAuthSession, {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.NULL,
    nonceCaller: new Uint8Array(16),
    encryptedSalt: NONE,
    sessionType: 'POLICY',
    symmetric: { algorithm: 'NULL' },
    authHash: 'SHA256',
  });
  const validation = { tag: 0x8024, hierarchy: TPM_RH.NULL, digest: NONE };
  const input = { keyHandle, digest: new Uint8Array(32), inScheme: { scheme: 'NULL' }, validation };
  const by = { handle: session.handle, attributes: 1, nonceCaller: new Uint8Array(16), auth: NONE };
  expect(driven.send(sign, input, [by]).code).toBe(POLICY_FAIL_OF_SESSION_1);
});
