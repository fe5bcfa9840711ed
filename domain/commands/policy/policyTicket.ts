import { TPMT_TK_AUTH } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_NAME, TPM2B_NONCE, TPM2B_TIMEOUT } from '../../structures/buffers.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import {
  authorizedPolicy,
  checkTerms,
  isTrial,
  policyChanged,
  policySessionAt,
} from '../../tpm/policy.ts';
import { isGrantGenuine, timeoutMsOf } from '../../tpm/policyTicket.ts';
import { command, done } from '../command.ts';
import { policySecret } from './policySecret.ts';
import { policySigned } from './policySigned.ts';

const TIMEOUT_SIZE = 8;

/**
 * An authorization that was given before is used again. Refuses a trial session with ATTRIBUTES, a
 * timeout of another size with SIZE, one that has passed with EXPIRED, and with TICKET what this
 * TPM did not give or not for these terms.
 */
export const policyTicket = command({
  code: 0x172,
  section: 'Part 3, 23.5 TPM2_PolicyTicket',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {
    timeout: TPM2B_TIMEOUT,
    cpHashA: TPM2B_DIGEST,
    policyRef: TPM2B_NONCE,
    authName: TPM2B_NAME,
    ticket: TPMT_TK_AUTH,
  },
  response: {},
  decide: ({ policySession, timeout, cpHashA, policyRef, authName, ticket }, tpm, { nowMs }) => {
    const session = policySessionAt(tpm, policySession);
    if (isTrial(session)) refuse('ATTRIBUTES', { handle: 1 });
    if (timeout.length !== TIMEOUT_SIZE) refuse('SIZE', { parameter: 1 });
    const timeoutMs = timeoutMsOf(timeout) === 0n ? null : timeoutMsOf(timeout);
    const terms = { cpHashA, policyRef, timeoutMs };
    checkTerms(tpm, session, terms, nowMs, { cpHashA: 2, expiration: 1 });
    if (!isGrantGenuine(tpm, ticket, authName, terms, timeout)) refuse('TICKET', { parameter: 5 });
    const { code } = ticket.tag === 'AUTH_SIGNED' ? policySigned : policySecret;
    const policy = authorizedPolicy(session, code, authName, terms);
    return done(policyChanged(policySession, session, policy));
  },
});
