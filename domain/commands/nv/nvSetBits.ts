import { NV_TYPES } from '../../structures/attributes.ts';
import { UINT64 } from '../../structures/codec.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { u64 } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvType } from '../../tpm/nv.ts';
import { checkNvWrite, nvNumber, nvWritten } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Sets bits of a bits index, which starts with none. Refuses as every write to NV does, with
 * ATTRIBUTES an index of another type.
 */
export const nvSetBits = command({
  code: 0x135,
  section: 'Part 3, 31.10 TPM2_NV_SetBits',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: { bits: UINT64 },
  response: {},
  isNv: true,
  nvAccess: 'write',
  decide: ({ authHandle, nvIndex, bits }, tpm) => {
    const index = checkNvWrite(tpm, authHandle, nvIndex);
    if (nvType(index.publicArea) !== NV_TYPES.BITS) refuse('ATTRIBUTES', { handle: 2 });
    return done(nvWritten(index, 0, u64(nvNumber(index) | bits)));
  },
});
