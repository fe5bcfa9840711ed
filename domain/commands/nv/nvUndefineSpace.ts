import { NV, has } from '../../structures/attributes.ts';
import { TPMI_RH_NV_INDEX, TPMI_RH_PROVISION, TPM_RH } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { maxCounterAfter } from '../../tpm/nv.ts';
import { checkNotLineage } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Deletes an NV index. Refuses with ATTRIBUTES one that only its policy can delete,
 * NV_AUTHORIZATION when the owner asks for one of the platform's.
 */
export const nvUndefineSpace = command({
  code: 0x122,
  section: 'Part 3, 31.4 TPM2_NV_UndefineSpace',
  presence: 'configurable',
  handles: {
    authHandle: { codec: TPMI_RH_PROVISION, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: {},
  response: {},
  isNv: true,
  decide: ({ authHandle, nvIndex }, tpm) => {
    const index = nvIndexAt(tpm, nvIndex);
    const { attributes } = index.publicArea;
    if (has(attributes, NV.POLICY_DELETE)) refuse('ATTRIBUTES', { handle: 2 });
    checkNotLineage(tpm, nvIndex);
    const isPlatforms = has(attributes, NV.PLATFORMCREATE);
    if (authHandle === TPM_RH.OWNER && isPlatforms) refuse('NV_AUTHORIZATION');
    const maxCounter = maxCounterAfter(tpm.nv.maxCounter, index);
    return done({ type: 'NvIndexUndefined', nvIndex, maxCounter });
  },
});
