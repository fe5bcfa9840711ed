import { sized, sizedSecret } from './codec.ts';
import { sizedByLargest } from './sizes.ts';

/** The largest digest of the hashes that are there. Part 2, 10.4.2 TPM2B_DIGEST */
const DIGEST_MAX = 64;

/** TPM2B_DIGEST. Part 2, 10.4.2 TPM2B_DIGEST */
export const TPM2B_DIGEST = sized('TPM2B_DIGEST', DIGEST_MAX);
/** TPM2B_DATA: at most a TPMT_HA. Part 2, 10.4.3 TPM2B_DATA */
export const TPM2B_DATA = sized('TPM2B_DATA', DIGEST_MAX + 2);
/** TPM2B_NONCE. Part 2, 10.4.4 TPM2B_NONCE */
export const TPM2B_NONCE = sized('TPM2B_NONCE', DIGEST_MAX);
/** TPM2B_AUTH. Part 2, 10.4.5 TPM2B_AUTH */
export const TPM2B_AUTH = sizedSecret('TPM2B_AUTH', DIGEST_MAX);
/** TPM2B_OPERAND. Part 2, 10.4.6 TPM2B_OPERAND */
export const TPM2B_OPERAND = sized('TPM2B_OPERAND', DIGEST_MAX);
/** TPM2B_EVENT. Part 2, 10.4.7 TPM2B_EVENT */
export const TPM2B_EVENT = sized('TPM2B_EVENT', 1024);
/** TPM2B_MAX_BUFFER: at most TPM_PT_INPUT_BUFFER. Part 2, 10.4.8 TPM2B_MAX_BUFFER */
export const TPM2B_MAX_BUFFER = sized('TPM2B_MAX_BUFFER', 1024);
/** TPM2B_MAX_NV_BUFFER: at most TPM_PT_NV_BUFFER_MAX. Part 2, 10.4.9 TPM2B_MAX_NV_BUFFER */
export const TPM2B_MAX_NV_BUFFER = sized('TPM2B_MAX_NV_BUFFER', 1024);
/** TPM2B_TIMEOUT: eight octets, opaque to callers. Part 2, 10.4.10 TPM2B_TIMEOUT */
export const TPM2B_TIMEOUT = sized('TPM2B_TIMEOUT', 8);
/** TPM2B_IV: at most a cipher block. Part 2, 10.4.11 TPM2B_IV */
export const TPM2B_IV = sized('TPM2B_IV', 16);
/** TPM2B_NAME: a handle or a TPMT_HA, rounded up. Part 2, 10.5.3 TPM2B_NAME */
export const TPM2B_NAME = sized('TPM2B_NAME', DIGEST_MAX + 4);
/** TPM2B_SENSITIVE_DATA: at most MAX_SYM_DATA. Part 2, 11.1.14 TPM2B_SENSITIVE_DATA */
export const TPM2B_SENSITIVE_DATA = sizedSecret('TPM2B_SENSITIVE_DATA', 128);
/** TPM2B_PUBLIC_KEY_RSA: as long as the largest modulus. Part 2, 11.2.4.5 TPM2B_PUBLIC_KEY_RSA */
export const TPM2B_PUBLIC_KEY_RSA = sizedByLargest('TPM2B_PUBLIC_KEY_RSA', 512, 384);
/** TPM2B_ECC_PARAMETER: as long as the largest field. Part 2, 11.2.5.1 TPM2B_ECC_PARAMETER */
export const TPM2B_ECC_PARAMETER = sized('TPM2B_ECC_PARAMETER', 80);
/** TPM2B_SYM_KEY. Part 2, 11.1.8 TPM2B_SYM_KEY */
export const TPM2B_SYM_KEY = sizedSecret('TPM2B_SYM_KEY', 32);
/** TPM2B_ENCRYPTED_SECRET: an RSA block or an ECC point. Part 2, 11.4.3 TPM2B_ENCRYPTED_SECRET */
export const TPM2B_ENCRYPTED_SECRET = sizedByLargest('TPM2B_ENCRYPTED_SECRET', 512, 384);
/** TPM2B_LABEL: at most LABEL_MAX_BUFFER. Part 2, 11.1.10 TPM2B_LABEL */
export const TPM2B_LABEL = sized('TPM2B_LABEL', 32);
/** TPM2B_PRIVATE: a protected sensitive area. Part 2, 12.3.7 TPM2B_PRIVATE */
export const TPM2B_PRIVATE = sized('TPM2B_PRIVATE', 1230);
/** TPM2B_ID_OBJECT: a protected credential. Part 2, 12.4.3 TPM2B_ID_OBJECT */
export const TPM2B_ID_OBJECT = sized('TPM2B_ID_OBJECT', 132);
/** TPM2B_TEMPLATE: the octets of a TPMT_PUBLIC. Part 2, 12.2.6 TPM2B_TEMPLATE */
export const TPM2B_TEMPLATE = sizedByLargest('TPM2B_TEMPLATE', 612, 484);
/** TPM2B_CONTEXT_DATA: the octets of a saved context. Part 2, 14.3 TPM2B_CONTEXT_DATA */
export const TPM2B_CONTEXT_DATA = sized('TPM2B_CONTEXT_DATA', 2748);
/** TPM2B_ATTEST as octets: a TPMS_ATTEST that was signed. Part 2, 10.12.13 TPM2B_ATTEST */
export const TPM2B_ATTEST = sized('TPM2B_ATTEST', 1024);
