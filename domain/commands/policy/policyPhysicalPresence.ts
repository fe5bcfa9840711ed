import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/** Somebody will have to be there when the policy is used. */
export const policyPhysicalPresence: Command = command({
  code: 0x187,
  section: 'Part 3, 23.12 TPM2_PolicyPhysicalPresence',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {},
  response: {},
  decide: ({ policySession }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const digest = extendedDigest(session, policyPhysicalPresence.code);
    const change = { digest, isPhysicalPresenceRequired: true };
    return done(policyChanged(policySession, session, change));
  },
});
