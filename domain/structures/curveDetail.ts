import { TPMI_ECC_CURVE } from './algorithms.ts';
import { TPM2B_ECC_PARAMETER } from './buffers.ts';
import { UINT16, struct } from './codec.ts';
import { TPMT_ECC_SCHEME_OR_NULL, TPMT_KDF_SCHEME_OR_NULL } from './schemes.ts';

/**
 * TPMS_ALGORITHM_DETAIL_ECC: a curve with its numbers. Part 2, 11.2.5.7 TPMS_ALGORITHM_DETAIL_ECC
 */
export const TPMS_ALGORITHM_DETAIL_ECC = struct('TPMS_ALGORITHM_DETAIL_ECC', {
  curveID: TPMI_ECC_CURVE,
  keySize: UINT16,
  kdf: TPMT_KDF_SCHEME_OR_NULL,
  sign: TPMT_ECC_SCHEME_OR_NULL,
  p: TPM2B_ECC_PARAMETER,
  a: TPM2B_ECC_PARAMETER,
  b: TPM2B_ECC_PARAMETER,
  gX: TPM2B_ECC_PARAMETER,
  gY: TPM2B_ECC_PARAMETER,
  n: TPM2B_ECC_PARAMETER,
  h: TPM2B_ECC_PARAMETER,
});
