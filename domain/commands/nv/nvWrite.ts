import { NV, NV_TYPES, has } from '../../structures/attributes.ts';
import { TPM2B_MAX_NV_BUFFER } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvType } from '../../tpm/nv.ts';
import { checkNvRange, checkNvWrite, nvWritten } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

const NOT_BY_WRITE: readonly number[] = [NV_TYPES.COUNTER, NV_TYPES.BITS, NV_TYPES.EXTEND];

/**
 * Writes octets into an ordinary or PIN index. Refuses as every write to NV does, with ATTRIBUTES
 * where another command changes the index, NV_RANGE beyond its end or less than all of a WRITEALL
 * one.
 */
export const nvWrite = command({
  code: 0x137,
  section: 'Part 3, 31.7 TPM2_NV_Write',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: { data: TPM2B_MAX_NV_BUFFER, offset: UINT16 },
  response: {},
  isNv: true,
  nvAccess: 'write',
  decide: ({ authHandle, nvIndex, data, offset }, tpm) => {
    const index = checkNvWrite(tpm, authHandle, nvIndex);
    const { publicArea } = index;
    if (NOT_BY_WRITE.includes(nvType(publicArea))) refuse('ATTRIBUTES');
    checkNvRange(index, data.length, offset, 2);
    const mustBeWhole = has(publicArea.attributes, NV.WRITEALL);
    if (mustBeWhole && data.length < publicArea.dataSize) refuse('NV_RANGE');
    return done(nvWritten(index, offset, data));
  },
});
