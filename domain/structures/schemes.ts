import {
  TPMI_ALG_HASH,
  TPMI_ALG_KDF_OR_NULL,
  TPMI_ALG_SYM_MODE_OR_NULL,
  TPM_ALG,
} from './algorithms.ts';
import { NOTHING, UINT16, oneOf, struct, tagged, type Codec, type Of } from './codec.ts';
import { DIGEST_SIZE, type HashAlg } from './hashAlg.ts';
import { TPM2B_ECC_PARAMETER, TPM2B_PUBLIC_KEY_RSA } from './buffers.ts';
import { keyBits } from './sizes.ts';

const HASH_SCHEME = struct('TPMS_SCHEME_HASH', { hashAlg: TPMI_ALG_HASH });
const ECDAA_SCHEME = struct('TPMS_SCHEME_ECDAA', { hashAlg: TPMI_ALG_HASH, count: UINT16 });

const { AES, TDES, CAMELLIA, XOR, HMAC, NULL } = TPM_ALG;
const CIPHERS = { TDES, AES, CAMELLIA };

function block(name: string, alg: keyof typeof CIPHERS, sizes: readonly number[]) {
  const sizeCodec = keyBits(name, alg, sizes);
  return struct('TPMU_SYM', { keyBits: sizeCodec, mode: TPMI_ALG_SYM_MODE_OR_NULL });
}

/** What tells a key of each cipher. Part 2, 11.1.1 TPMI_!ALG.S_KEY_BITS */
const BLOCKS = {
  TDES: block('TPMI_TDES_KEY_BITS', 'TDES', [128, 192]),
  AES: block('TPMI_AES_KEY_BITS', 'AES', [128, 192, 256]),
  CAMELLIA: block('TPMI_CAMELLIA_KEY_BITS', 'CAMELLIA', [128, 192, 256]),
};

/** TPMT_SYM_DEF+: a cipher, XOR, or none, for sessions. Part 2, 11.1.6 TPMT_SYM_DEF */
export const TPMT_SYM_DEF_OR_NULL = tagged(
  'TPMT_SYM_DEF+',
  'algorithm',
  oneOf('TPMI_ALG_SYM+', UINT16, { ...CIPHERS, XOR, NULL }, 'SYMMETRIC'),
  { ...BLOCKS, XOR: struct('TPMU_SYM_XOR', { hashAlg: TPMI_ALG_HASH }), NULL: NOTHING },
);
export type TpmtSymDef = Of<typeof TPMT_SYM_DEF_OR_NULL>;

/** TPMT_SYM_DEF_OBJECT+: a cipher or none, for objects. Part 2, 11.1.7 TPMT_SYM_DEF_OBJECT */
export const TPMT_SYM_DEF_OBJECT_OR_NULL = tagged(
  'TPMT_SYM_DEF_OBJECT+',
  'algorithm',
  oneOf('TPMI_ALG_SYM_OBJECT+', UINT16, { ...CIPHERS, NULL }, 'SYMMETRIC'),
  { ...BLOCKS, NULL: NOTHING },
);
export type TpmtSymDefObject = Of<typeof TPMT_SYM_DEF_OBJECT_OR_NULL>;

/** TPMT_SYM_DEF_OBJECT: without NULL. Part 2, 11.1.7 TPMT_SYM_DEF_OBJECT */
export const TPMT_SYM_DEF_OBJECT = tagged(
  'TPMT_SYM_DEF_OBJECT',
  'algorithm',
  oneOf('TPMI_ALG_SYM_OBJECT', UINT16, CIPHERS, 'SYMMETRIC'),
  BLOCKS,
);

/** TPMT_KEYEDHASH_SCHEME+. Part 2, 11.1.22 TPMT_KEYEDHASH_SCHEME */
export const TPMT_KEYEDHASH_SCHEME_OR_NULL = tagged(
  'TPMT_KEYEDHASH_SCHEME+',
  'scheme',
  oneOf('TPMI_ALG_KEYEDHASH_SCHEME+', UINT16, { HMAC, XOR, NULL }, 'VALUE'),
  {
    HMAC: HASH_SCHEME,
    XOR: struct('TPMS_SCHEME_XOR', { hashAlg: TPMI_ALG_HASH, kdf: TPMI_ALG_KDF_OR_NULL }),
    NULL: NOTHING,
  },
);
export type TpmtKeyedhashScheme = Of<typeof TPMT_KEYEDHASH_SCHEME_OR_NULL>;

const { RSASSA, RSAPSS, RSAES, OAEP } = TPM_ALG;
const { ECDSA, ECDAA, SM2, ECSCHNORR, ECDH, ECMQV } = TPM_ALG;

/** TPMT_RSA_SCHEME+: the scheme of an RSA key. Part 2, 11.2.4.2 TPMT_RSA_SCHEME */
export const TPMT_RSA_SCHEME_OR_NULL = tagged(
  'TPMT_RSA_SCHEME+',
  'scheme',
  oneOf('TPMI_ALG_RSA_SCHEME+', UINT16, { RSASSA, RSAES, RSAPSS, OAEP, NULL }),
  { RSASSA: HASH_SCHEME, RSAES: NOTHING, RSAPSS: HASH_SCHEME, OAEP: HASH_SCHEME, NULL: NOTHING },
);
export type TpmtRsaScheme = Of<typeof TPMT_RSA_SCHEME_OR_NULL>;

/** TPMT_RSA_DECRYPT+. Part 2, 11.2.4.4 TPMT_RSA_DECRYPT */
export const TPMT_RSA_DECRYPT_OR_NULL = tagged(
  'TPMT_RSA_DECRYPT+',
  'scheme',
  oneOf('TPMI_ALG_RSA_DECRYPT+', UINT16, { RSAES, OAEP, NULL }),
  { RSAES: NOTHING, OAEP: HASH_SCHEME, NULL: NOTHING },
);
export type TpmtRsaDecrypt = Of<typeof TPMT_RSA_DECRYPT_OR_NULL>;

/** TPMT_ECC_SCHEME+: the scheme of an ECC key. Part 2, 11.2.5.6 TPMT_ECC_SCHEME */
export const TPMT_ECC_SCHEME_OR_NULL = tagged(
  'TPMT_ECC_SCHEME+',
  'scheme',
  oneOf(
    'TPMI_ALG_ECC_SCHEME+',
    UINT16,
    { ECDSA, ECDAA, SM2, ECSCHNORR, ECDH, ECMQV, NULL },
    'SCHEME',
  ),
  {
    ECDSA: HASH_SCHEME,
    ECDAA: ECDAA_SCHEME,
    SM2: HASH_SCHEME,
    ECSCHNORR: HASH_SCHEME,
    ECDH: HASH_SCHEME,
    ECMQV: HASH_SCHEME,
    NULL: NOTHING,
  },
);
export type TpmtEccScheme = Of<typeof TPMT_ECC_SCHEME_OR_NULL>;

/** TPMT_KDF_SCHEME+. Part 2, 11.2.3.2 TPMT_KDF_SCHEME */
export const TPMT_KDF_SCHEME_OR_NULL = tagged('TPMT_KDF_SCHEME+', 'scheme', TPMI_ALG_KDF_OR_NULL, {
  MGF1: HASH_SCHEME,
  KDF1_SP800_56A: HASH_SCHEME,
  KDF2: HASH_SCHEME,
  KDF1_SP800_108: HASH_SCHEME,
  NULL: NOTHING,
});

const SIG_SCHEMES = { RSASSA, RSAPSS, ECDSA, ECDAA, SM2, ECSCHNORR, HMAC };
const TPMI_ALG_SIG_SCHEME = oneOf('TPMI_ALG_SIG_SCHEME', UINT16, SIG_SCHEMES, 'SCHEME');
const TPMI_ALG_SIG_SCHEME_OR_NULL = oneOf(
  'TPMI_ALG_SIG_SCHEME+',
  UINT16,
  { ...SIG_SCHEMES, NULL },
  'SCHEME',
);

/** TPMT_SIG_SCHEME+: how to sign. Part 2, 11.2.1.5 TPMT_SIG_SCHEME */
export const TPMT_SIG_SCHEME_OR_NULL = tagged(
  'TPMT_SIG_SCHEME+',
  'scheme',
  TPMI_ALG_SIG_SCHEME_OR_NULL,
  {
    RSASSA: HASH_SCHEME,
    RSAPSS: HASH_SCHEME,
    ECDSA: HASH_SCHEME,
    ECDAA: ECDAA_SCHEME,
    SM2: HASH_SCHEME,
    ECSCHNORR: HASH_SCHEME,
    HMAC: HASH_SCHEME,
    NULL: NOTHING,
  },
);
export type TpmtSigScheme = Of<typeof TPMT_SIG_SCHEME_OR_NULL>;

const RSA_SIGNATURE = struct('TPMS_SIGNATURE_RSA', {
  hash: TPMI_ALG_HASH,
  sig: TPM2B_PUBLIC_KEY_RSA,
});
const ECC_SIGNATURE = struct('TPMS_SIGNATURE_ECC', {
  hash: TPMI_ALG_HASH,
  signatureR: TPM2B_ECC_PARAMETER,
  signatureS: TPM2B_ECC_PARAMETER,
});
const HMAC_SIGNATURE: Codec<{ readonly hash: HashAlg; readonly digest: Uint8Array }> = {
  name: 'TPMT_HA',
  marshal: (writer, value) => {
    TPMI_ALG_HASH.marshal(writer, value.hash);
    writer.octets(value.digest);
  },
  unmarshal: (reader) => {
    const hash = TPMI_ALG_HASH.unmarshal(reader);
    return { hash, digest: reader.octets(DIGEST_SIZE[hash]) };
  },
};

const SIGNATURES = {
  RSASSA: RSA_SIGNATURE,
  RSAPSS: RSA_SIGNATURE,
  ECDSA: ECC_SIGNATURE,
  ECDAA: ECC_SIGNATURE,
  SM2: ECC_SIGNATURE,
  ECSCHNORR: ECC_SIGNATURE,
  HMAC: HMAC_SIGNATURE,
};

/** TPMT_SIGNATURE as it comes in: NULL is refused. Part 2, 11.3.4 TPMT_SIGNATURE */
export const TPMT_SIGNATURE = tagged('TPMT_SIGNATURE', 'sigAlg', TPMI_ALG_SIG_SCHEME, SIGNATURES);

/** TPMT_SIGNATURE+: NULL when nothing was signed. Part 2, 11.3.4 TPMT_SIGNATURE */
export const TPMT_SIGNATURE_OR_NULL = tagged(
  'TPMT_SIGNATURE+',
  'sigAlg',
  TPMI_ALG_SIG_SCHEME_OR_NULL,
  { ...SIGNATURES, NULL: NOTHING },
);
export type TpmtSignature = Of<typeof TPMT_SIGNATURE_OR_NULL>;
