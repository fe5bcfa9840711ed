import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done } from '../command.ts';
import { policyAuthValue } from './policyAuthValue.ts';

/**
 * The entity's authorization value will be given in the clear. The digest is that of
 * PolicyAuthValue: one policy, two ways to satisfy it.
 */
export const policyPassword = command({
  code: 0x18c,
  section: 'Part 3, 23.18 TPM2_PolicyPassword',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {},
  response: {},
  decide: ({ policySession }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const digest = extendedDigest(session, policyAuthValue.code);
    return done(policyChanged(policySession, session, { digest, authorization: 'password' }));
  },
});
