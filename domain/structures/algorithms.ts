import { UINT16, oneOf } from './codec.ts';

/**
 * TPM_ALG_ID: the algorithms that the structures can name.
 *
 * Part 2, 6.3 TPM_ALG_ID
 */
export const TPM_ALG = {
  RSA: 0x0001,
  TDES: 0x0003,
  SHA1: 0x0004,
  HMAC: 0x0005,
  AES: 0x0006,
  MGF1: 0x0007,
  KEYEDHASH: 0x0008,
  XOR: 0x000a,
  SHA256: 0x000b,
  SHA384: 0x000c,
  SHA512: 0x000d,
  NULL: 0x0010,
  RSASSA: 0x0014,
  RSAES: 0x0015,
  RSAPSS: 0x0016,
  OAEP: 0x0017,
  ECDSA: 0x0018,
  ECDH: 0x0019,
  ECDAA: 0x001a,
  SM2: 0x001b,
  ECSCHNORR: 0x001c,
  ECMQV: 0x001d,
  KDF1_SP800_56A: 0x0020,
  KDF2: 0x0021,
  KDF1_SP800_108: 0x0022,
  ECC: 0x0023,
  SYMCIPHER: 0x0025,
  CAMELLIA: 0x0026,
  CMAC: 0x003f,
  CTR: 0x0040,
  OFB: 0x0041,
  CBC: 0x0042,
  CFB: 0x0043,
  ECB: 0x0044,
} as const;

const { SHA1, SHA256, SHA384, SHA512, NULL } = TPM_ALG;
const HASHES = { SHA1, SHA256, SHA384, SHA512 };

/** TPMI_ALG_HASH; others are refused with HASH. Part 2, 9.27 TPMI_ALG_HASH */
export const TPMI_ALG_HASH = oneOf('TPMI_ALG_HASH', UINT16, HASHES, 'HASH');

/** TPMI_ALG_HASH+: a hash or NULL. Part 2, 9.27 TPMI_ALG_HASH */
export const TPMI_ALG_HASH_OR_NULL = oneOf('TPMI_ALG_HASH+', UINT16, { ...HASHES, NULL }, 'HASH');

/**
 * TPMI_ALG_MAC_SCHEME+: the hash of an HMAC, or CMAC. Others are refused with SYMMETRIC. Part 2,
 * 9.36 TPMI_ALG_MAC_SCHEME
 */
export const TPMI_ALG_MAC_SCHEME_OR_NULL = oneOf(
  'TPMI_ALG_MAC_SCHEME+',
  UINT16,
  { ...HASHES, CMAC: TPM_ALG.CMAC, NULL },
  'SYMMETRIC',
);

/** TPMI_ALG_KDF+. Part 2, 9.32 TPMI_ALG_KDF */
export const TPMI_ALG_KDF_OR_NULL = oneOf(
  'TPMI_ALG_KDF+',
  UINT16,
  {
    MGF1: TPM_ALG.MGF1,
    KDF1_SP800_56A: TPM_ALG.KDF1_SP800_56A,
    KDF2: TPM_ALG.KDF2,
    KDF1_SP800_108: TPM_ALG.KDF1_SP800_108,
    NULL,
  },
  'KDF',
);

const { CTR, OFB, CBC, CFB, ECB, CMAC } = TPM_ALG;

/** TPMI_ALG_SYM_MODE+. Part 2, 9.31 TPMI_ALG_SYM_MODE */
export const TPMI_ALG_SYM_MODE_OR_NULL = oneOf(
  'TPMI_ALG_SYM_MODE+',
  UINT16,
  { CTR, OFB, CBC, CFB, ECB, CMAC, NULL },
  'MODE',
);

const { ECDH, SM2, ECMQV } = TPM_ALG;

/** TPMI_ECC_KEY_EXCHANGE; others are refused with SCHEME. Part 2, 9.34 TPMI_ECC_KEY_EXCHANGE */
export const TPMI_ECC_KEY_EXCHANGE = oneOf(
  'TPMI_ECC_KEY_EXCHANGE',
  UINT16,
  { ECDH, SM2, ECMQV },
  'SCHEME',
);

/** TPMI_ALG_CIPHER_MODE+: the modes that encrypt. Part 2, 9.35 TPMI_ALG_CIPHER_MODE */
export const TPMI_ALG_CIPHER_MODE_OR_NULL = oneOf(
  'TPMI_ALG_CIPHER_MODE+',
  UINT16,
  { CTR, OFB, CBC, CFB, ECB, NULL },
  'MODE',
);

/** TPMI_ALG_PUBLIC: the types of objects. Part 2, 12.2.2 TPMI_ALG_PUBLIC */
export const TPMI_ALG_PUBLIC = oneOf(
  'TPMI_ALG_PUBLIC',
  UINT16,
  {
    RSA: TPM_ALG.RSA,
    KEYEDHASH: TPM_ALG.KEYEDHASH,
    ECC: TPM_ALG.ECC,
    SYMCIPHER: TPM_ALG.SYMCIPHER,
  },
  'TYPE',
);

/** TPM_ECC_CURVE: the curves that there are. Part 2, 6.4 TPM_ECC_CURVE */
export const TPM_ECC_CURVE = {
  NIST_P192: 1,
  NIST_P224: 2,
  NIST_P256: 3,
  NIST_P384: 4,
  NIST_P521: 5,
  BN_P256: 16,
  BN_P638: 17,
  SM2_P256: 32,
} as const;

/** TPMI_ECC_CURVE; others are refused with CURVE. Part 2, 11.2.5.5 TPMI_ECC_CURVE */
export const TPMI_ECC_CURVE = oneOf('TPMI_ECC_CURVE', UINT16, TPM_ECC_CURVE, 'CURVE');
