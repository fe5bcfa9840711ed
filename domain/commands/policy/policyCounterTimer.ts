import { digest } from '../../crypto/hash.ts';
import { TPMS_TIME_INFO, TPM_EO } from '../../structures/base.ts';
import { TPM2B_OPERAND } from '../../structures/buffers.ts';
import { UINT16, toOctets } from '../../structures/codec.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { timeInfo } from '../../tpm/clock.ts';
import { isTrue, operandOctets } from '../../tpm/comparison.ts';
import { extendedDigest, isTrial, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/** Time and Clock come first in a TPMS_TIME_INFO, and stand still while NV memory is away. */
const RUNNING_SIZE = 16;

/**
 * Time, Clock or the counters of resets compare to a number as the policy says. Refuses with POLICY
 * when they do not, with VALUE or RANGE what lies beyond their end, and with NV_UNAVAILABLE a look
 * at Time or Clock while they stand still.
 */
export const policyCounterTimer: Command = command({
  code: 0x16d,
  section: 'Part 3, 23.10 TPM2_PolicyCounterTimer',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { operandB: TPM2B_OPERAND, offset: UINT16, operation: TPM_EO },
  response: {},
  decide: ({ policySession, operandB, offset, operation }, tpm, { nowMs }) => {
    const session = policySessionAt(tpm, policySession);
    const info = toOctets(TPMS_TIME_INFO, timeInfo(tpm.clock, nowMs));
    const operandA = operandIn(info, operandB, offset);
    if (!isTrial(session)) {
      if (offset < RUNNING_SIZE && !tpm.lifecycle.isNvAvailable) refuse('NV_UNAVAILABLE');
      if (!isTrue(operandA, operation, operandB)) refuse('POLICY');
    }
    const operands = digest(session.authHash, operandOctets(operandB, offset, operation));
    const policyDigest = extendedDigest(session, policyCounterTimer.code, operands);
    return done(policyChanged(policySession, session, { digest: policyDigest }));
  },
});

/** What of the time is compared, in trials too. */
function operandIn(info: Uint8Array, operandB: Uint8Array, offset: number): Uint8Array {
  if (offset > info.length) refuse('VALUE', { parameter: 2 });
  if (operandB.length > info.length - offset) refuse('RANGE');
  return info.subarray(offset, offset + operandB.length);
}
