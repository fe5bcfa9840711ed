import {
  TPMI_ALG_HASH,
  TPMI_ALG_HASH_OR_NULL,
  TPMI_ALG_PUBLIC,
  TPMI_ECC_CURVE,
} from './algorithms.ts';
import { TPMA_OBJECT } from './attributes.ts';
import {
  TPM2B_AUTH,
  TPM2B_DIGEST,
  TPM2B_ECC_PARAMETER,
  TPM2B_LABEL,
  TPM2B_PUBLIC_KEY_RSA,
  TPM2B_SENSITIVE_DATA,
  TPM2B_SYM_KEY,
} from './buffers.ts';
import {
  UINT32,
  sizedOf,
  sizedOrAbsent,
  sizedSecret,
  struct,
  tagged,
  type Codec,
  type Of,
} from './codec.ts';
import {
  TPMT_ECC_SCHEME_OR_NULL,
  TPMT_KDF_SCHEME_OR_NULL,
  TPMT_KEYEDHASH_SCHEME_OR_NULL,
  TPMT_RSA_SCHEME_OR_NULL,
  TPMT_SYM_DEF_OBJECT,
  TPMT_SYM_DEF_OBJECT_OR_NULL,
} from './schemes.ts';
import type { Secret } from './secret.ts';
import { keyBits, secretByLargest } from './sizes.ts';

/** Sizes of RSA keys in bits; others are refused with VALUE. Part 2, 11.2.4.6 TPMI_RSA_KEY_BITS */
const TPMI_RSA_KEY_BITS = keyBits('TPMI_RSA_KEY_BITS', 'RSA', [1024, 2048, 3072, 4096]);

/** TPMS_ECC_POINT. Part 2, 11.2.5.2 TPMS_ECC_POINT */
export const TPMS_ECC_POINT = struct('TPMS_ECC_POINT', {
  x: TPM2B_ECC_PARAMETER,
  y: TPM2B_ECC_PARAMETER,
});
export type TpmsEccPoint = Of<typeof TPMS_ECC_POINT>;
/** TPM2B_ECC_POINT. Part 2, 11.2.5.3 TPM2B_ECC_POINT */
export const TPM2B_ECC_POINT = sizedOf('TPM2B_ECC_POINT', TPMS_ECC_POINT);

const PARAMETERS = {
  RSA: struct('TPMS_RSA_PARMS', {
    symmetric: TPMT_SYM_DEF_OBJECT_OR_NULL,
    scheme: TPMT_RSA_SCHEME_OR_NULL,
    keyBits: TPMI_RSA_KEY_BITS,
    exponent: UINT32,
  }),
  ECC: struct('TPMS_ECC_PARMS', {
    symmetric: TPMT_SYM_DEF_OBJECT_OR_NULL,
    scheme: TPMT_ECC_SCHEME_OR_NULL,
    curveID: TPMI_ECC_CURVE,
    kdf: TPMT_KDF_SCHEME_OR_NULL,
  }),
  KEYEDHASH: struct('TPMS_KEYEDHASH_PARMS', { scheme: TPMT_KEYEDHASH_SCHEME_OR_NULL }),
  SYMCIPHER: struct('TPMS_SYMCIPHER_PARMS', { sym: TPMT_SYM_DEF_OBJECT }),
};

const UNIQUE = {
  RSA: TPM2B_PUBLIC_KEY_RSA,
  ECC: TPMS_ECC_POINT,
  KEYEDHASH: TPM2B_DIGEST,
  SYMCIPHER: TPM2B_DIGEST,
};

function publicArea<T extends keyof typeof PARAMETERS, H>(type: T, nameAlg: Codec<H>) {
  return struct('TPMT_PUBLIC', {
    nameAlg,
    objectAttributes: TPMA_OBJECT,
    authPolicy: TPM2B_DIGEST,
    parameters: PARAMETERS[type],
    unique: UNIQUE[type],
  });
}

/** TPMT_PUBLIC: what everybody may know of an object. Part 2, 12.2.4 TPMT_PUBLIC */
export const TPMT_PUBLIC = tagged('TPMT_PUBLIC', 'type', TPMI_ALG_PUBLIC, {
  RSA: publicArea('RSA', TPMI_ALG_HASH),
  ECC: publicArea('ECC', TPMI_ALG_HASH),
  KEYEDHASH: publicArea('KEYEDHASH', TPMI_ALG_HASH),
  SYMCIPHER: publicArea('SYMCIPHER', TPMI_ALG_HASH),
});

/** TPMT_PUBLIC+: nameAlg may be NULL, as for LoadExternal. Part 2, 12.2.4 TPMT_PUBLIC */
export const TPMT_PUBLIC_OR_NULL = tagged('TPMT_PUBLIC+', 'type', TPMI_ALG_PUBLIC, {
  RSA: publicArea('RSA', TPMI_ALG_HASH_OR_NULL),
  ECC: publicArea('ECC', TPMI_ALG_HASH_OR_NULL),
  KEYEDHASH: publicArea('KEYEDHASH', TPMI_ALG_HASH_OR_NULL),
  SYMCIPHER: publicArea('SYMCIPHER', TPMI_ALG_HASH_OR_NULL),
});
/** The public area of a loaded object, whose nameAlg may be NULL. */
export type TpmtPublic = Of<typeof TPMT_PUBLIC_OR_NULL>;

/** TPM2B_PUBLIC. Part 2, 12.2.5 TPM2B_PUBLIC */
export const TPM2B_PUBLIC = sizedOf('TPM2B_PUBLIC', TPMT_PUBLIC);
/** TPM2B_PUBLIC+. Part 2, 12.2.5 TPM2B_PUBLIC */
export const TPM2B_PUBLIC_OR_NULL = sizedOf('TPM2B_PUBLIC+', TPMT_PUBLIC_OR_NULL);

/** TPMS_DERIVE: what tells derived objects apart. Part 2, 11.1.11 TPMS_DERIVE */
export const TPMS_DERIVE = struct('TPMS_DERIVE', { label: TPM2B_LABEL, context: TPM2B_LABEL });
export type TpmsDerive = Of<typeof TPMS_DERIVE>;

function derivedArea<T extends keyof typeof PARAMETERS>(type: T) {
  return struct('TPMT_PUBLIC', {
    nameAlg: TPMI_ALG_HASH,
    objectAttributes: TPMA_OBJECT,
    authPolicy: TPM2B_DIGEST,
    parameters: PARAMETERS[type],
    unique: TPMS_DERIVE,
  });
}

/** The template of a derived object: a TPMS_DERIVE is its unique. Part 2, 12.2.6 TPM2B_TEMPLATE */
export const TPMT_PUBLIC_DERIVED = tagged('TPMT_PUBLIC', 'type', TPMI_ALG_PUBLIC, {
  RSA: derivedArea('RSA'),
  ECC: derivedArea('ECC'),
  KEYEDHASH: derivedArea('KEYEDHASH'),
  SYMCIPHER: derivedArea('SYMCIPHER'),
});

/** TPMT_PUBLIC_PARMS: an object's type and parameters. Part 2, 12.2.3.8 TPMT_PUBLIC_PARMS */
export const TPMT_PUBLIC_PARMS = tagged('TPMT_PUBLIC_PARMS', 'type', TPMI_ALG_PUBLIC, PARAMETERS);

/** TPMS_SENSITIVE_CREATE. Part 2, 11.1.15 TPMS_SENSITIVE_CREATE */
export const TPMS_SENSITIVE_CREATE = struct('TPMS_SENSITIVE_CREATE', {
  userAuth: TPM2B_AUTH,
  data: TPM2B_SENSITIVE_DATA,
});
export type TpmsSensitiveCreate = Of<typeof TPMS_SENSITIVE_CREATE>;
/** TPM2B_SENSITIVE_CREATE. Part 2, 11.1.16 TPM2B_SENSITIVE_CREATE */
export const TPM2B_SENSITIVE_CREATE = sizedOf('TPM2B_SENSITIVE_CREATE', TPMS_SENSITIVE_CREATE);

function sensitiveArea(sensitive: Codec<Secret>) {
  return struct('TPMT_SENSITIVE', {
    authValue: TPM2B_AUTH,
    seedValue: sizedSecret('TPM2B_DIGEST', 64),
    sensitive,
  });
}

/**
 * TPMT_SENSITIVE: what nobody may know of an object. `sensitive` is a prime of an RSA key, the
 * scalar of an ECC key, the bits of a keyed hash, the key of a cipher.
 *
 * Part 2, 12.3.2.4 TPMT_SENSITIVE
 */
export const TPMT_SENSITIVE = tagged('TPMT_SENSITIVE', 'sensitiveType', TPMI_ALG_PUBLIC, {
  RSA: sensitiveArea(secretByLargest('TPM2B_PRIVATE_KEY_RSA', 256, 192)),
  ECC: sensitiveArea(sizedSecret('TPM2B_ECC_PARAMETER', 80)),
  KEYEDHASH: sensitiveArea(TPM2B_SENSITIVE_DATA),
  SYMCIPHER: sensitiveArea(TPM2B_SYM_KEY),
});
export type TpmtSensitive = Of<typeof TPMT_SENSITIVE>;
/** TPM2B_SENSITIVE. Part 2, 12.3.3 TPM2B_SENSITIVE */
export const TPM2B_SENSITIVE = sizedOf('TPM2B_SENSITIVE', TPMT_SENSITIVE);
/** TPM2B_SENSITIVE, absent when empty. Part 2, 12.3.3 TPM2B_SENSITIVE */
export const TPM2B_SENSITIVE_OR_ABSENT = sizedOrAbsent('TPM2B_SENSITIVE', TPMT_SENSITIVE);
