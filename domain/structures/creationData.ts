import { TPMI_ALG_HASH_OR_NULL } from './algorithms.ts';
import { TPMA_LOCALITY } from './attributes.ts';
import { TPML_PCR_SELECTION } from './base.ts';
import { TPM2B_DATA, TPM2B_DIGEST, TPM2B_NAME } from './buffers.ts';
import { sizedOf, struct, type Of } from './codec.ts';

/** TPMS_CREATION_DATA: the circumstances of a creation. Part 2, 15.1 TPMS_CREATION_DATA */
export const TPMS_CREATION_DATA = struct('TPMS_CREATION_DATA', {
  pcrSelect: TPML_PCR_SELECTION,
  pcrDigest: TPM2B_DIGEST,
  locality: TPMA_LOCALITY,
  parentNameAlg: TPMI_ALG_HASH_OR_NULL,
  parentName: TPM2B_NAME,
  parentQualifiedName: TPM2B_NAME,
  outsideInfo: TPM2B_DATA,
});
export type TpmsCreationData = Of<typeof TPMS_CREATION_DATA>;
/** TPM2B_CREATION_DATA. Part 2, 15.2 TPM2B_CREATION_DATA */
export const TPM2B_CREATION_DATA = sizedOf('TPM2B_CREATION_DATA', TPMS_CREATION_DATA);
