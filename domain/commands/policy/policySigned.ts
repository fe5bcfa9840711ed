import { digest } from '../../crypto/hash.ts';
import { TPMT_TK_AUTH } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_NONCE, TPM2B_TIMEOUT } from '../../structures/buffers.ts';
import { INT32 } from '../../structures/codec.ts';
import { TPMI_DH_OBJECT, TPMI_SH_POLICY } from '../../structures/handles.ts';
import { u32 } from '../../structures/octets.ts';
import { TPMT_SIGNATURE } from '../../structures/schemes.ts';
import { positioned } from '../../structures/tpmError.ts';
import { entityName, slotAt } from '../../tpm/entities.ts';
import {
  authorizedPolicy,
  checkNonce,
  checkTerms,
  isTrial,
  policyChanged,
  policySessionAt,
} from '../../tpm/policy.ts';
import { grant, hierarchyOf, noGrant, timeoutOf, type Grant } from '../../tpm/policyTicket.ts';
import { verifySignature } from '../../tpm/signing.ts';
import { answer, command, type Command } from '../command.ts';

/**
 * Whoever holds a private key agrees: the signature is over nonceTPM, expiration, cpHashA and
 * policyRef. With a negative expiration it gives a ticket, by which the agreement can be used
 * again. Refuses with SIGNATURE or SCHEME as VerifySignature does.
 */
export const policySigned: Command = command({
  code: 0x160,
  section: 'Part 3, 23.3 TPM2_PolicySigned',
  handles: {
    authObject: { codec: TPMI_DH_OBJECT },
    policySession: { codec: TPMI_SH_POLICY },
  },
  parameters: {
    nonceTPM: TPM2B_NONCE,
    cpHashA: TPM2B_DIGEST,
    policyRef: TPM2B_NONCE,
    expiration: INT32,
    auth: TPMT_SIGNATURE,
  },
  response: { timeout: TPM2B_TIMEOUT, policyTicket: TPMT_TK_AUTH },
  decide: ({ authObject, policySession, nonceTPM, expiration, auth, ...rest }, tpm, { nowMs }) => {
    const session = policySessionAt(tpm, policySession);
    const { cpHashA, policyRef } = rest;
    const name = entityName(tpm, authObject);
    const timeoutMs = isTrial(session)
      ? null
      : timeoutOf(tpm, session, expiration, nonceTPM, nowMs);
    const terms = { cpHashA, policyRef, timeoutMs };
    if (!isTrial(session)) {
      checkNonce(session, nonceTPM);
      checkTerms(tpm, session, terms, nowMs, { cpHashA: 2, expiration: 4 });
      const aHash = digest(auth.hash, nonceTPM, u32(expiration), cpHashA, policyRef);
      positioned({ parameter: 5 }, () => {
        verifySignature(slotAt(tpm, authObject), aHash, auth);
      });
    }
    const policy = authorizedPolicy(session, policySigned.code, name, terms);
    const event = policyChanged(policySession, session, policy);
    if (timeoutMs === null || expiration >= 0) return answer<Grant>(noGrant('AUTH_SIGNED'), event);
    const authorizer = {
      tag: 'AUTH_SIGNED',
      hierarchy: hierarchyOf(tpm, authObject),
      name,
    } as const;
    return answer(grant(tpm, authorizer, { ...terms, timeoutMs }, nonceTPM), event);
  },
});
