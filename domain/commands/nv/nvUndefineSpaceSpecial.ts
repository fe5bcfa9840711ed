import { NV, has } from '../../structures/attributes.ts';
import { TPMI_RH_NV_INDEX, TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { maxCounterAfter } from '../../tpm/nv.ts';
import { checkNotLineage } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Deletes an NV index by its policy and the platform's authorization. Refuses with ATTRIBUTES one
 * that does not ask for a policy, NV_AUTHORIZATION the indices of lineage.
 */
export const nvUndefineSpaceSpecial = command({
  code: 0x11f,
  section: 'Part 3, 31.5 TPM2_NV_UndefineSpaceSpecial',
  presence: 'configurable',
  handles: {
    nvIndex: { codec: TPMI_RH_NV_INDEX, auth: 'ADMIN' },
    platform: { codec: TPMI_RH_PLATFORM, auth: 'USER' },
  },
  parameters: {},
  response: {},
  isNv: true,
  decide: ({ nvIndex }, tpm) => {
    const index = nvIndexAt(tpm, nvIndex);
    const isByPolicy = has(index.publicArea.attributes, NV.POLICY_DELETE);
    if (!isByPolicy) refuse('ATTRIBUTES', { handle: 1 });
    checkNotLineage(tpm, nvIndex);
    const maxCounter = maxCounterAfter(tpm.nv.maxCounter, index);
    return done({ type: 'NvIndexUndefined', nvIndex, maxCounter });
  },
});
