import { TPM_CC } from '../../structures/base.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { u32 } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { done } from '../command.ts';
import { commandOfTable } from '../commandOfTable.ts';

const CODE = 0x16c;

/**
 * The policy will authorize this one command only. Refuses with POLICY_CC a command that there is
 * not, with VALUE when the policy already names another.
 */
export const policyCommandCode = commandOfTable({
  code: CODE,
  section: 'Part 3, 23.11 TPM2_PolicyCommandCode',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { code: TPM_CC },
  response: {},
  decide: ({ policySession, code }, tpm, _, table) => {
    const session = policySessionAt(tpm, policySession);
    const named = session.policy.commandCode;
    if (named !== null && named !== code) refuse('VALUE', { parameter: 1 });
    if (!table.some((row) => row.code === code)) refuse('POLICY_CC', { parameter: 1 });
    const digest = extendedDigest(session, CODE, u32(code));
    return done(policyChanged(policySession, session, { digest, commandCode: code }));
  },
});
