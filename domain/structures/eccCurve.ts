/** The elliptic curves by their names in Part 2, 6.4 TPM_ECC_CURVE. */
export type EccCurve =
  | 'NIST_P192'
  | 'NIST_P224'
  | 'NIST_P256'
  | 'NIST_P384'
  | 'NIST_P521'
  | 'BN_P256'
  | 'BN_P638'
  | 'SM2_P256';

/** Sizes of a coordinate and of a private scalar in octets. */
export const COORDINATE_SIZE: Readonly<Record<EccCurve, number>> = {
  NIST_P192: 24,
  NIST_P224: 28,
  NIST_P256: 32,
  NIST_P384: 48,
  NIST_P521: 66,
  BN_P256: 32,
  BN_P638: 80,
  SM2_P256: 32,
};

/** All curves in the order of their numbers. */
export const ECC_CURVES: readonly EccCurve[] = [
  'NIST_P192',
  'NIST_P224',
  'NIST_P256',
  'NIST_P384',
  'NIST_P521',
  'BN_P256',
  'BN_P638',
  'SM2_P256',
];
