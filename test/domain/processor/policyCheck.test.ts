import { expect, test } from 'vitest';
import { createPrimary } from '../../../domain/commands/hierarchy/createPrimary.ts';
import { setPrimaryPolicy } from '../../../domain/commands/hierarchy/setPrimaryPolicy.ts';
import { policySecret } from '../../../domain/commands/policy/policySecret.ts';
import { sign } from '../../../domain/commands/signing/sign.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { DrivenTpm } from '../../support/drivenTpm.ts';
import { creation } from '../../support/objects.ts';
import { policySession } from '../../support/policySession.ts';
import { signingKey } from '../../support/templates.ts';
import { started } from '../../support/tpms.ts';

const NONE = new Uint8Array(0);
const POLICY_FAIL_OF_SESSION_1 = 0x99d;
const MODE_OF_SESSION_1 = 0x989;

function by(handle: number) {
  return { handle, attributes: 1, nonceCaller: new Uint8Array(16), auth: NONE };
}

test('an object without a policy has one that no session fulfils', () => {
  const driven = new DrivenTpm(started());
  const made = { primaryHandle: TPM_RH.OWNER, inPublic: signingKey(), ...creation() };
  const { handle: keyHandle } = driven.do(createPrimary, made);
  const session = policySession(driven);
  const validation = { tag: 0x8024, hierarchy: TPM_RH.NULL, digest: NONE };
  const input = { keyHandle, digest: new Uint8Array(32), inScheme: { scheme: 'NULL' }, validation };
  expect(driven.send(sign, input, [by(session.handle)]).code).toBe(POLICY_FAIL_OF_SESSION_1);
});

test('a policy that asks for no value proves to TPM2_PolicySecret that nobody knows it', () => {
  const driven = new DrivenTpm(started());
  const authHandle = TPM_RH.OWNER;
  const authPolicy = new Uint8Array(32); // what a session without any assertion has
  driven.do(setPrimaryPolicy, { authHandle, authPolicy, hashAlg: 'SHA256' });
  const proving = policySession(driven);
  const { handle } = policySession(driven);
  const terms = { nonceTPM: NONE, cpHashA: NONE, policyRef: NONE, expiration: 0 };
  const input = { authHandle, policySession: handle, ...terms };
  expect(driven.send(policySecret, input, [by(proving.handle)]).code).toBe(MODE_OF_SESSION_1);
});
