/** The hash algorithms by their names in Part 2, 6.3 TPM_ALG_ID. */
export type HashAlg = 'SHA1' | 'SHA256' | 'SHA384' | 'SHA512';

/** Digest sizes in octets. */
export const DIGEST_SIZE: Readonly<Record<HashAlg, number>> = {
  SHA1: 20,
  SHA256: 32,
  SHA384: 48,
  SHA512: 64,
};

/** All hash algorithms in the order of their algorithm numbers. */
export const HASH_ALGS: readonly HashAlg[] = ['SHA1', 'SHA256', 'SHA384', 'SHA512'];
