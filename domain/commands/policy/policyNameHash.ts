import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * The policy will authorize commands on these entities only. Refuses with SIZE what is no digest of
 * the session's hash, CPHASH when the policy is bound to anything, be it the same.
 */
export const policyNameHash: Command = command({
  code: 0x170,
  section: 'Part 3, 23.14 TPM2_PolicyNameHash',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { nameHash: TPM2B_DIGEST },
  response: {},
  decide: ({ policySession, nameHash }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    if (nameHash.length !== DIGEST_SIZE[session.authHash]) refuse('SIZE', { parameter: 1 });
    if (session.policy.bound !== null) refuse('CPHASH');
    const bound = { kind: 'nameHash', digest: nameHash.slice() } as const;
    const digest = extendedDigest(session, policyNameHash.code, nameHash);
    return done(policyChanged(policySession, session, { digest, bound }));
  },
});
