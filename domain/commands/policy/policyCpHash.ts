import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { boundTo, extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * The policy will authorize one command with these parameters only. Refuses with SIZE what is no
 * digest of the session's hash, CPHASH when the policy is bound to anything else.
 */
export const policyCpHash: Command = command({
  code: 0x16e,
  section: 'Part 3, 23.13 TPM2_PolicyCpHash',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { cpHashA: TPM2B_DIGEST },
  response: {},
  decide: ({ policySession, cpHashA }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    if (cpHashA.length !== DIGEST_SIZE[session.authHash]) refuse('SIZE', { parameter: 1 });
    const bound = boundTo(session, 'cpHash', cpHashA);
    const digest = extendedDigest(session, policyCpHash.code, cpHashA);
    return done(policyChanged(policySession, session, { digest, bound }));
  },
});
