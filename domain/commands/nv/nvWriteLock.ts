import { NV, has, withBits } from '../../structures/attributes.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { checkNvWrite } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Locks an NV index against writing: for good with WRITEDEFINE, else until Startup(CLEAR). A locked
 * one stays locked, whoever asks. Refuses with NV_AUTHORIZATION who may not write, ATTRIBUTES an
 * index without a write lock.
 */
export const nvWriteLock = command({
  code: 0x138,
  section: 'Part 3, 31.11 TPM2_NV_WriteLock',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: {},
  response: {},
  isNv: true,
  nvAccess: 'write',
  decide: ({ authHandle, nvIndex }, tpm) => {
    const { attributes } = nvIndexAt(tpm, nvIndex).publicArea;
    if (has(attributes, NV.WRITELOCKED)) return done();
    checkNvWrite(tpm, authHandle, nvIndex);
    const isLockable = (attributes & (NV.WRITEDEFINE | NV.WRITE_STCLEAR)) !== 0;
    if (!isLockable) refuse('ATTRIBUTES', { handle: 2 });
    const locked = withBits(attributes, NV.WRITELOCKED);
    return done({ type: 'NvAttributesChanged', nvIndex, attributes: locked });
  },
});
