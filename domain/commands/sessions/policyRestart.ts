import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { policySessionAt } from '../../tpm/policy.ts';
import { emptyPolicy } from '../../tpm/sessions.ts';
import { command, done } from '../command.ts';

/** A policy session forgets what it has collected; its nonce and the time of its start stay. */
export const policyRestart = command({
  code: 0x180,
  section: 'Part 3, 11.2 TPM2_PolicyRestart',
  handles: { sessionHandle: { codec: TPMI_SH_POLICY } },
  parameters: {},
  response: {},
  decide: ({ sessionHandle }, tpm) => {
    const { authHash, startTimeMs } = policySessionAt(tpm, sessionHandle);
    const policy = emptyPolicy(DIGEST_SIZE[authHash]);
    return done({ type: 'PolicyRestarted', handle: sessionHandle, policy, startTimeMs });
  },
});
