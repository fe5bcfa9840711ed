import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/** The entity's authorization value will be part of the key of the session's HMACs. */
export const policyAuthValue: Command = command({
  code: 0x16b,
  section: 'Part 3, 23.17 TPM2_PolicyAuthValue',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {},
  response: {},
  decide: ({ policySession }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const digest = extendedDigest(session, policyAuthValue.code);
    return done(policyChanged(policySession, session, { digest, authorization: 'authValue' }));
  },
});
