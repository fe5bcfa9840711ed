import { digest } from '../../crypto/hash.ts';
import { TPML_DIGEST_2 } from '../../structures/base.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { sameOctets, u32 } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { isTrial, policyChanged, policySessionAt, zeroDigest } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * One of several policies is satisfied: the digest becomes that of the list, whichever it was.
 * Refuses with VALUE when the policy so far is not in the list.
 */
export const policyOR: Command = command({
  code: 0x171,
  section: 'Part 3, 23.6 TPM2_PolicyOR',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { pHashList: TPML_DIGEST_2 },
  response: {},
  decide: ({ policySession, pHashList }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const isListed = pHashList.some((branch) => sameOctets(branch, session.policy.digest));
    if (!isListed && !isTrial(session)) refuse('VALUE', { parameter: 1 });
    const code = u32(policyOR.code);
    const either = digest(session.authHash, zeroDigest(session), code, ...pHashList);
    return done(policyChanged(policySession, session, { digest: either }));
  },
});
