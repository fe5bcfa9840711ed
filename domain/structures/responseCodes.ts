/**
 * TPM_RC of format zero, version 2.0, by bare name.
 *
 * Part 2, 6.6.3 TPM_RC Values
 */
const VERSION_1 = {
  INITIALIZE: 0x100,
  FAILURE: 0x101,
  SEQUENCE: 0x103,
  PRIVATE: 0x10b,
  HMAC: 0x119,
  DISABLED: 0x120,
  EXCLUSIVE: 0x121,
  AUTH_TYPE: 0x124,
  AUTH_MISSING: 0x125,
  POLICY: 0x126,
  PCR: 0x127,
  PCR_CHANGED: 0x128,
  UPGRADE: 0x12d,
  TOO_MANY_CONTEXTS: 0x12e,
  AUTH_UNAVAILABLE: 0x12f,
  REBOOT: 0x130,
  UNBALANCED: 0x131,
  COMMAND_SIZE: 0x142,
  COMMAND_CODE: 0x143,
  AUTHSIZE: 0x144,
  AUTH_CONTEXT: 0x145,
  NV_RANGE: 0x146,
  NV_SIZE: 0x147,
  NV_LOCKED: 0x148,
  NV_AUTHORIZATION: 0x149,
  NV_UNINITIALIZED: 0x14a,
  NV_SPACE: 0x14b,
  NV_DEFINED: 0x14c,
  BAD_CONTEXT: 0x150,
  CPHASH: 0x151,
  PARENT: 0x152,
  NEEDS_TEST: 0x153,
  NO_RESULT: 0x154,
  SENSITIVE: 0x155,
} as const;

/** TPM_RC of format one: these take the number of a handle, parameter or session. */
const FORMAT_1 = {
  ASYMMETRIC: 0x081,
  ATTRIBUTES: 0x082,
  HASH: 0x083,
  VALUE: 0x084,
  HIERARCHY: 0x085,
  KEY_SIZE: 0x087,
  MGF: 0x088,
  MODE: 0x089,
  TYPE: 0x08a,
  HANDLE: 0x08b,
  KDF: 0x08c,
  RANGE: 0x08d,
  AUTH_FAIL: 0x08e,
  NONCE: 0x08f,
  PP: 0x090,
  SCHEME: 0x092,
  SIZE: 0x095,
  SYMMETRIC: 0x096,
  TAG: 0x097,
  SELECTOR: 0x098,
  INSUFFICIENT: 0x09a,
  SIGNATURE: 0x09b,
  KEY: 0x09c,
  POLICY_FAIL: 0x09d,
  INTEGRITY: 0x09f,
  TICKET: 0x0a0,
  RESERVED_BITS: 0x0a1,
  BAD_AUTH: 0x0a2,
  EXPIRED: 0x0a3,
  POLICY_CC: 0x0a4,
  BINDING: 0x0a5,
  CURVE: 0x0a6,
  ECC_POINT: 0x0a7,
} as const;

/** TPM_RC of format zero with the warning bit: the TPM may do it at another time. */
const WARNINGS = {
  CONTEXT_GAP: 0x901,
  OBJECT_MEMORY: 0x902,
  SESSION_MEMORY: 0x903,
  MEMORY: 0x904,
  SESSION_HANDLES: 0x905,
  OBJECT_HANDLES: 0x906,
  LOCALITY: 0x907,
  YIELDED: 0x908,
  CANCELED: 0x909,
  TESTING: 0x90a,
  REFERENCE_H0: 0x910,
  REFERENCE_S0: 0x918,
  NV_RATE: 0x920,
  LOCKOUT: 0x921,
  RETRY: 0x922,
  NV_UNAVAILABLE: 0x923,
} as const;

/** Every response code a TPM of ours can give, by its bare name. */
export const TPM_RC = {
  SUCCESS: 0,
  BAD_TAG: 0x01e,
  ...VERSION_1,
  ...FORMAT_1,
  ...WARNINGS,
} as const;

/** The bare name of a response code: `'LOCALITY'`, `'VALUE'`. */
export type RcName = keyof typeof TPM_RC;

/** What a response code points at: handle, parameter or session n (from 1). */
export type RcPosition =
  { readonly handle: number } | { readonly parameter: number } | { readonly session: number };

/**
 * The number on the wire: format-one codes carry their position, REFERENCE_H0 and REFERENCE_S0
 * count on from the first, all others stand alone.
 *
 * Part 2, 6.6.2 Response Code Formats
 */
export function responseCode(name: RcName, position?: RcPosition): number {
  const code = TPM_RC[name];
  if (position === undefined) return code;
  if (name === 'REFERENCE_H0' && 'handle' in position) return code + position.handle - 1;
  if (name === 'REFERENCE_S0' && 'session' in position) return code + position.session - 1;
  if (!(name in FORMAT_1)) return code;
  if ('parameter' in position) return code + 0x040 + position.parameter * 0x100;
  if ('session' in position) return code + 0x800 + position.session * 0x100;
  return code + position.handle * 0x100;
}
