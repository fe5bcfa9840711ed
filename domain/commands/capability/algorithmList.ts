import { TPM_ALG, TPM_ECC_CURVE } from '../../structures/algorithms.ts';
import type { TpmsAlgProperty } from '../../structures/capabilityData.ts';

/** Bits of TPMA_ALGORITHM. Part 2, 8.2 TPMA_ALGORITHM */
const ASYMMETRIC = 1 << 0;
const SYMMETRIC = 1 << 1;
const HASH = 1 << 2;
const OBJECT = 1 << 3;
const SIGNING = 1 << 8;
const ENCRYPTING = 1 << 9;
const METHOD = 1 << 10;

const ATTRIBUTES: Readonly<Record<Exclude<keyof typeof TPM_ALG, 'NULL'>, number>> = {
  RSA: ASYMMETRIC | OBJECT,
  TDES: SYMMETRIC,
  SHA1: HASH,
  HMAC: HASH | SIGNING,
  AES: SYMMETRIC,
  MGF1: HASH | METHOD,
  KEYEDHASH: HASH | OBJECT | SIGNING | ENCRYPTING,
  XOR: HASH | SYMMETRIC,
  SHA256: HASH,
  SHA384: HASH,
  SHA512: HASH,
  RSASSA: ASYMMETRIC | SIGNING,
  RSAES: ASYMMETRIC | ENCRYPTING,
  RSAPSS: ASYMMETRIC | SIGNING,
  OAEP: ASYMMETRIC | ENCRYPTING,
  ECDSA: ASYMMETRIC | SIGNING,
  ECDH: ASYMMETRIC | METHOD,
  ECDAA: ASYMMETRIC | SIGNING,
  SM2: ASYMMETRIC | SIGNING | METHOD,
  ECSCHNORR: ASYMMETRIC | SIGNING,
  ECMQV: ASYMMETRIC | METHOD,
  KDF1_SP800_56A: HASH | METHOD,
  KDF2: HASH | METHOD,
  KDF1_SP800_108: HASH | METHOD,
  ECC: ASYMMETRIC | OBJECT,
  SYMCIPHER: OBJECT,
  CAMELLIA: SYMMETRIC,
  CMAC: SYMMETRIC | SIGNING,
  CTR: SYMMETRIC | ENCRYPTING,
  OFB: SYMMETRIC | ENCRYPTING,
  CBC: SYMMETRIC | ENCRYPTING,
  CFB: SYMMETRIC | ENCRYPTING,
  ECB: SYMMETRIC | ENCRYPTING,
};

/** The algorithms that there are, by their numbers, and what each is good for. */
export const ALGORITHMS: readonly TpmsAlgProperty[] = Object.entries(ATTRIBUTES)
  .map(([name, algProperties]) => ({ alg: TPM_ALG[name as keyof typeof TPM_ALG], algProperties }))
  .sort((a, b) => a.alg - b.alg);

/** The curves that there are, by their numbers. */
export const CURVES: readonly number[] = Object.values(TPM_ECC_CURVE).sort((a, b) => a - b);
