import { TPMI_ALG_HASH } from './algorithms.ts';
import { TPMA_NV } from './attributes.ts';
import { TPM2B_DIGEST } from './buffers.ts';
import { UINT16, checked, sizedOf, struct, type Of } from './codec.ts';
import { TPMI_RH_NV_INDEX } from './handles.ts';

/** Octets of data that one NV index can hold: TPM_PT_NV_INDEX_MAX. */
export const NV_INDEX_SIZE_MAX = 2048;

/** TPMS_NV_PUBLIC: what everybody may know of an NV index. Part 2, 13.5 TPMS_NV_PUBLIC */
export const TPMS_NV_PUBLIC = struct('TPMS_NV_PUBLIC', {
  nvIndex: TPMI_RH_NV_INDEX,
  nameAlg: TPMI_ALG_HASH,
  attributes: TPMA_NV,
  authPolicy: TPM2B_DIGEST,
  dataSize: checked('UINT16', UINT16, (size) => (size > NV_INDEX_SIZE_MAX ? 'SIZE' : null)),
});
export type TpmsNvPublic = Of<typeof TPMS_NV_PUBLIC>;
/** TPM2B_NV_PUBLIC. Part 2, 13.6 TPM2B_NV_PUBLIC */
export const TPM2B_NV_PUBLIC = sizedOf('TPM2B_NV_PUBLIC', TPMS_NV_PUBLIC);
