import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { policySessionAt } from '../../tpm/policy.ts';
import { answer, command } from '../command.ts';

/** What a policy session has come to so far. */
export const policyGetDigest = command({
  code: 0x189,
  section: 'Part 3, 23.19 TPM2_PolicyGetDigest',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {},
  response: { policyDigest: TPM2B_DIGEST },
  decide: ({ policySession }, tpm) =>
    answer({ policyDigest: policySessionAt(tpm, policySession).policy.digest }),
});
