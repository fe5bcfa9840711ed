import { digest } from '../../crypto/hash.ts';
import { NV, NV_TYPES, has } from '../../structures/attributes.ts';
import { TPM2B_MAX_NV_BUFFER } from '../../structures/buffers.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';

import { refuse } from '../../structures/tpmError.ts';
import { nvType } from '../../tpm/nv.ts';
import { checkNvWrite, nvWritten } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Extends an extend index as a PCR is: H(old || data), from zeros the first time. Refuses as every
 * write to NV does, with ATTRIBUTES an index of another type.
 */
export const nvExtend = command({
  code: 0x136,
  section: 'Part 3, 31.9 TPM2_NV_Extend',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: { data: TPM2B_MAX_NV_BUFFER },
  response: {},
  isNv: true,
  nvAccess: 'write',
  decide: ({ authHandle, nvIndex, data }, tpm) => {
    const index = checkNvWrite(tpm, authHandle, nvIndex);
    if (nvType(index.publicArea) !== NV_TYPES.EXTEND) refuse('ATTRIBUTES', { handle: 2 });
    const { attributes, dataSize, nameAlg } = index.publicArea;
    const old = has(attributes, NV.WRITTEN) ? index.data.octets : new Uint8Array(dataSize);
    return done(nvWritten(index, 0, digest(nameAlg, old, data)));
  },
});
