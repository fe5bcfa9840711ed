import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * The NV index that the policy authorizes must, or must not, have been written. Refuses with VALUE
 * when the policy already says the opposite.
 */
export const policyNvWritten: Command = command({
  code: 0x18f,
  section: 'Part 3, 23.20 TPM2_PolicyNvWritten',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { writtenSet: TPMI_YES_NO },
  response: {},
  decide: ({ policySession, writtenSet }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const before = session.policy.nvWritten;
    if (before !== null && before !== writtenSet) refuse('VALUE', { parameter: 1 });
    const octet = new Uint8Array([writtenSet ? 1 : 0]);
    const digest = extendedDigest(session, policyNvWritten.code, octet);
    return done(policyChanged(policySession, session, { digest, nvWritten: writtenSet }));
  },
});
