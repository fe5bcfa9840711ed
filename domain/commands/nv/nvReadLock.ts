import { NV, has, withBits } from '../../structures/attributes.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { checkNvReader } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Locks an NV index against reading until Startup(CLEAR), written or not. A locked one stays
 * locked, whoever asks. Refuses with NV_AUTHORIZATION who may not read, ATTRIBUTES an index without
 * a lock.
 */
export const nvReadLock = command({
  code: 0x14f,
  section: 'Part 3, 31.14 TPM2_NV_ReadLock',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: {},
  response: {},
  isNv: true,
  decide: ({ authHandle, nvIndex }, tpm) => {
    const index = nvIndexAt(tpm, nvIndex);
    const { attributes } = index.publicArea;
    if (has(attributes, NV.READLOCKED)) return done();
    checkNvReader(authHandle, index);
    if (!has(attributes, NV.READ_STCLEAR)) refuse('ATTRIBUTES', { handle: 2 });
    const locked = withBits(attributes, NV.READLOCKED);
    return done({ type: 'NvAttributesChanged', nvIndex, attributes: locked });
  },
});
