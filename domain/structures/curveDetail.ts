import { TPMI_ECC_CURVE, TPM_ALG } from './algorithms.ts';
import { TPM2B_ECC_PARAMETER } from './buffers.ts';
import { NOTHING, UINT16, oneOf, struct, tagged } from './codec.ts';
import { TPMT_ECC_SCHEME_OR_NULL } from './schemes.ts';

const { SHA256, SHA384, SHA512, KDF1_SP800_56A, NULL } = TPM_ALG;

/**
 * The hashes that go with curves. SM3 is told of, as the one for SM2, whether or not the TPM has
 * it. Part 2, 6.3 TPM_ALG_ID
 */
const CURVE_HASH = oneOf('TPMI_ALG_HASH', UINT16, { SHA256, SHA384, SHA512, SM3_256: 18 }, 'HASH');

/** TPMT_KDF_SCHEME+ as curves have it. Part 2, 11.2.3.2 TPMT_KDF_SCHEME */
const CURVE_KDF = tagged(
  'TPMT_KDF_SCHEME+',
  'scheme',
  oneOf('TPMI_ALG_KDF+', UINT16, { KDF1_SP800_56A, NULL }, 'KDF'),
  { KDF1_SP800_56A: struct('TPMS_SCHEME_HASH', { hashAlg: CURVE_HASH }), NULL: NOTHING },
);

/**
 * TPMS_ALGORITHM_DETAIL_ECC: a curve with its numbers. Part 2, 11.2.5.7 TPMS_ALGORITHM_DETAIL_ECC
 */
export const TPMS_ALGORITHM_DETAIL_ECC = struct('TPMS_ALGORITHM_DETAIL_ECC', {
  curveID: TPMI_ECC_CURVE,
  keySize: UINT16,
  kdf: CURVE_KDF,
  sign: TPMT_ECC_SCHEME_OR_NULL,
  p: TPM2B_ECC_PARAMETER,
  a: TPM2B_ECC_PARAMETER,
  b: TPM2B_ECC_PARAMETER,
  gX: TPM2B_ECC_PARAMETER,
  gY: TPM2B_ECC_PARAMETER,
  n: TPM2B_ECC_PARAMETER,
  h: TPM2B_ECC_PARAMETER,
});
