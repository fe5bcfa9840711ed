import { TPM2B_CONTEXT_DATA } from './buffers.ts';
import { UINT64, struct, type Of } from './codec.ts';
import { TPMI_DH_SAVED, TPMI_RH_HIERARCHY_OR_NULL } from './handles.ts';

/** TPMS_CONTEXT: a saved object, sequence or session. Part 2, 14.5 TPMS_CONTEXT */
export const TPMS_CONTEXT = struct('TPMS_CONTEXT', {
  sequence: UINT64,
  savedHandle: TPMI_DH_SAVED,
  hierarchy: TPMI_RH_HIERARCHY_OR_NULL,
  contextBlob: TPM2B_CONTEXT_DATA,
});
export type TpmsContext = Of<typeof TPMS_CONTEXT>;
