import { TPM2B_NAME } from '../../structures/buffers.ts';
import { TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { TPM2B_NV_PUBLIC } from '../../structures/nvPublic.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { nvName } from '../../tpm/names.ts';
import { answer, command } from '../command.ts';

/** The public area of an NV index with its attributes of the moment, and its Name. */
export const nvReadPublic = command({
  code: 0x169,
  section: 'Part 3, 31.6 TPM2_NV_ReadPublic',
  handles: { nvIndex: { codec: TPMI_RH_NV_INDEX } },
  parameters: {},
  response: { nvPublic: TPM2B_NV_PUBLIC, nvName: TPM2B_NAME },
  decide: ({ nvIndex }, tpm) => {
    const { publicArea } = nvIndexAt(tpm, nvIndex);
    return answer({ nvPublic: publicArea, nvName: nvName(publicArea) });
  },
});
