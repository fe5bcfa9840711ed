import { TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { UINT32 } from '../../structures/codec.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPM_RC } from '../../structures/responseCodes.ts';
import { answer, command } from '../command.ts';

/** How the tests ended: FAILURE in failure mode, else success. */
export const getTestResult = command({
  code: 0x17c,
  section: 'Part 3, 10.4 TPM2_GetTestResult',
  handles: {},
  parameters: {},
  response: { outData: TPM2B_MAX_BUFFER, testResult: UINT32 },
  isAllowedInFailureMode: true,
  decide: (_, { lifecycle }) => {
    const testResult = lifecycle.phase === 'failed' ? TPM_RC.FAILURE : TPM_RC.SUCCESS;
    return answer({ outData: EMPTY, testResult });
  },
});
