import { NV, NV_TYPES, has } from '../../structures/attributes.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { u64 } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvType } from '../../tpm/nv.ts';
import { checkNvWrite, nvNumber, nvWritten } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Adds one to a counter index; the first time, to the highest value that any deleted counter had.
 * Refuses as every write to NV does, with ATTRIBUTES an index of another type.
 */
export const nvIncrement = command({
  code: 0x134,
  section: 'Part 3, 31.8 TPM2_NV_Increment',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: {},
  response: {},
  isNv: true,
  nvAccess: 'write',
  decide: ({ authHandle, nvIndex }, tpm) => {
    const index = checkNvWrite(tpm, authHandle, nvIndex);
    if (nvType(index.publicArea) !== NV_TYPES.COUNTER) refuse('ATTRIBUTES', { handle: 2 });
    const isWritten = has(index.publicArea.attributes, NV.WRITTEN);
    const value = (isWritten ? nvNumber(index) : tpm.nv.maxCounter) + 1n;
    return done(nvWritten(index, 0, u64(BigInt.asUintN(64, value))));
  },
});
