import { INT32 } from '../../structures/codec.ts';
import { TPMT_TK_AUTH } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_NONCE, TPM2B_TIMEOUT } from '../../structures/buffers.ts';
import { TPMI_DH_ENTITY, TPMI_SH_POLICY, TPM_HT, handleType } from '../../structures/handles.ts';
import { NV_TYPES } from '../../structures/attributes.ts';
import { entityName, nvIndexAt } from '../../tpm/entities.ts';
import { nvType } from '../../tpm/nv.ts';
import {
  authorizedPolicy,
  checkNonce,
  checkTerms,
  isTrial,
  policyChanged,
  policySessionAt,
} from '../../tpm/policy.ts';
import { grant, hierarchyOf, noGrant, timeoutOf, type Grant } from '../../tpm/policyTicket.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { answer, command, type Command } from '../command.ts';

/**
 * Whoever knows the authorization value of an entity agrees: the command itself was authorized by
 * it. With a negative expiration it gives a ticket, by which the agreement can be used again.
 */
export const policySecret: Command = command({
  code: 0x151,
  section: 'Part 3, 23.4 TPM2_PolicySecret',
  handles: {
    authHandle: { codec: TPMI_DH_ENTITY, auth: 'USER' },
    policySession: { codec: TPMI_SH_POLICY },
  },
  parameters: {
    nonceTPM: TPM2B_NONCE,
    cpHashA: TPM2B_DIGEST,
    policyRef: TPM2B_NONCE,
    expiration: INT32,
  },
  response: { timeout: TPM2B_TIMEOUT, policyTicket: TPMT_TK_AUTH },
  needsAuthValue: true,
  decide: ({ authHandle, policySession, nonceTPM, expiration, ...rest }, tpm, { nowMs }) => {
    const session = policySessionAt(tpm, policySession);
    const name = entityName(tpm, authHandle);
    const timeoutMs = isTrial(session)
      ? null
      : timeoutOf(tpm, session, expiration, nonceTPM, nowMs);
    const terms = { cpHashA: rest.cpHashA, policyRef: rest.policyRef, timeoutMs };
    if (!isTrial(session)) {
      checkNonce(session, nonceTPM);
      checkTerms(tpm, session, terms, nowMs, { cpHashA: 2, expiration: 4 });
    }
    const policy = authorizedPolicy(session, policySecret.code, name, terms);
    const event = policyChanged(policySession, session, policy);
    const isReusable = expiration < 0 && !isPinPass(tpm, authHandle);
    if (timeoutMs === null || !isReusable) return answer<Grant>(noGrant('AUTH_SECRET'), event);
    const authorizer = {
      tag: 'AUTH_SECRET',
      hierarchy: hierarchyOf(tpm, authHandle),
      name,
    } as const;
    return answer(grant(tpm, authorizer, { ...terms, timeoutMs }, nonceTPM), event);
  },
});

/** A PIN Pass index counts its uses: a ticket would be a use that is not counted. */
function isPinPass(tpm: Tpm, handle: number): boolean {
  if (handleType(handle) !== TPM_HT.NV_INDEX) return false;
  return nvType(nvIndexAt(tpm, handle).publicArea) === NV_TYPES.PIN_PASS;
}
