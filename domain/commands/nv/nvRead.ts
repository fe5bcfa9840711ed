import { TPM2B_MAX_NV_BUFFER } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { checkNvRead, nvContents } from '../../tpm/nvAccess.ts';
import { answer, command } from '../command.ts';

/**
 * Reads octets of an NV index. Refuses as every read of NV does, with VALUE or NV_RANGE what lies
 * beyond its end.
 */
export const nvRead = command({
  code: 0x14e,
  section: 'Part 3, 31.13 TPM2_NV_Read',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: { size: UINT16, offset: UINT16 },
  response: { data: TPM2B_MAX_NV_BUFFER },
  decide: ({ authHandle, nvIndex, size, offset }, tpm) => {
    const index = checkNvRead(tpm, authHandle, nvIndex);
    return answer({ data: nvContents(index, size, offset, { size: 1, offset: 2 }) });
  },
});
