/** The elliptic curves by their names in Part 2, 6.4 TPM_ECC_CURVE. */
export type EccCurve = 'NIST_P256' | 'NIST_P384' | 'NIST_P521';

/** Sizes of a coordinate and of a private scalar in octets. */
export const COORDINATE_SIZE: Readonly<Record<EccCurve, number>> = {
  NIST_P256: 32,
  NIST_P384: 48,
  NIST_P521: 66,
};

/** All curves in the order of their numbers. */
export const ECC_CURVES: readonly EccCurve[] = ['NIST_P256', 'NIST_P384', 'NIST_P521'];
