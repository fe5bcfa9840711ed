import { digest } from '../../crypto/hash.ts';
import { TPM_EO } from '../../structures/base.ts';
import { TPM2B_OPERAND } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX, TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { isTrue, operandOctets, type Operation } from '../../tpm/comparison.ts';
import { entityName } from '../../tpm/entities.ts';
import type { NvIndex } from '../../tpm/nv.ts';
import { checkNvRead } from '../../tpm/nvAccess.ts';
import { extendedDigest, isTrial, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * The contents of an NV index compare to a number as the policy says. Refuses with POLICY when they
 * do not, as every read of NV does, and with VALUE or SIZE what lies beyond the index's end.
 */
export const policyNV: Command = command({
  code: 0x149,
  section: 'Part 3, 23.9 TPM2_PolicyNV',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
    policySession: { codec: TPMI_SH_POLICY },
  },
  parameters: { operandB: TPM2B_OPERAND, offset: UINT16, operation: TPM_EO },
  response: {},
  decide: ({ authHandle, nvIndex, policySession, operandB, offset, operation }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    if (!isTrial(session)) {
      checkCondition(checkNvRead(tpm, authHandle, nvIndex), operandB, offset, operation);
    }
    const name = entityName(tpm, nvIndex);
    const operands = digest(session.authHash, operandOctets(operandB, offset, operation));
    const policyDigest = extendedDigest(session, policyNV.code, operands, name);
    return done(policyChanged(policySession, session, { digest: policyDigest }));
  },
});

function checkCondition(
  { publicArea, data }: NvIndex,
  operandB: Uint8Array,
  offset: number,
  operation: Operation,
): void {
  const { dataSize } = publicArea;
  if (offset > dataSize) refuse('VALUE', { parameter: 2 });
  if (operandB.length > dataSize - offset) refuse('SIZE', { parameter: 1 });
  const operandA = data.octets.subarray(offset, offset + operandB.length);
  if (!isTrue(operandA, operation, operandB)) refuse('POLICY');
}
