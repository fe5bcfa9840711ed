import { UINT32, checked, type Codec } from './codec.ts';

/** TPM_HT: the kind of a handle is its most significant octet. Part 2, 7.2 TPM_HT */
export const TPM_HT = {
  PCR: 0x00,
  NV_INDEX: 0x01,
  HMAC_SESSION: 0x02,
  POLICY_SESSION: 0x03,
  PERMANENT: 0x40,
  TRANSIENT: 0x80,
  PERSISTENT: 0x81,
} as const;

/** TPM_RH: permanent handles. Part 2, 7.4 TPM_RH */
export const TPM_RH = {
  OWNER: 0x40000001,
  NULL: 0x40000007,
  UNASSIGNED: 0x40000008,
  PW: 0x40000009,
  LOCKOUT: 0x4000000a,
  ENDORSEMENT: 0x4000000b,
  PLATFORM: 0x4000000c,
  PLATFORM_NV: 0x4000000d,
  AUTH_00: 0x40000010,
  AUTH_FF: 0x4000010f,
} as const;

/** The first transient, persistent and platform-persistent handles. Part 2, 7.5 TPM_HC */
export const TPM_HC = {
  TRANSIENT_FIRST: 0x80000000,
  PERSISTENT_FIRST: 0x81000000,
  PLATFORM_PERSISTENT: 0x81800000,
  PERSISTENT_LAST: 0x81ffffff,
} as const;

/** How many PCR there are. PC Client Platform TPM Profile, 4.6 PCR Attributes */
export const PCR_COUNT = 24;

/**
 * How many sessions can be active, loaded and saved together; their handles number them from zero.
 * Part 2, TPM_PT_ACTIVE_SESSIONS_MAX
 */
export const ACTIVE_SESSIONS_MAX = 64;

/** The kind of a handle: one of TPM_HT, if any. */
export function handleType(handle: number): number {
  return handle >>> 24;
}

const { OWNER, NULL, PW, LOCKOUT, ENDORSEMENT, PLATFORM } = TPM_RH;
const isTransient = (h: number): boolean => handleType(h) === TPM_HT.TRANSIENT;
const isPersistent = (h: number): boolean => handleType(h) === TPM_HT.PERSISTENT;
const isObject = (h: number): boolean => isTransient(h) || isPersistent(h);
const isPcr = (h: number): boolean => h < PCR_COUNT;
const isNv = (h: number): boolean => handleType(h) === TPM_HT.NV_INDEX;
const isSession = (h: number): boolean => (h & 0xffffff) < ACTIVE_SESSIONS_MAX;
const isHmac = (h: number): boolean => handleType(h) === TPM_HT.HMAC_SESSION && isSession(h);
const isVendors = (h: number): boolean => h >= TPM_RH.AUTH_00 && h <= TPM_RH.AUTH_FF;
const isPolicy = (h: number): boolean => handleType(h) === TPM_HT.POLICY_SESSION && isSession(h);

function handle(
  name: string,
  ...accepted: readonly (number | ((h: number) => boolean))[]
): Codec<number> {
  const kinds = accepted.filter((kind) => typeof kind === 'function');
  const values = accepted.filter((kind) => typeof kind === 'number');
  return checked(name, UINT32, (h) =>
    values.includes(h) || kinds.some((is) => is(h)) ? null : 'VALUE',
  );
}

/** TPMI_DH_OBJECT. Part 2, 9.3 TPMI_DH_OBJECT */
export const TPMI_DH_OBJECT = handle('TPMI_DH_OBJECT', isObject);
/** TPMI_DH_OBJECT+. Part 2, 9.3 TPMI_DH_OBJECT */
export const TPMI_DH_OBJECT_OR_NULL = handle('TPMI_DH_OBJECT+', isObject, NULL);
/** TPMI_DH_PARENT+. Part 2, 9.4 TPMI_DH_PARENT */
export const TPMI_DH_PARENT_OR_NULL = handle(
  'TPMI_DH_PARENT+',
  isObject,
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  NULL,
);
/** TPMI_DH_PERSISTENT. Part 2, 9.5 TPMI_DH_PERSISTENT */
export const TPMI_DH_PERSISTENT = handle('TPMI_DH_PERSISTENT', isPersistent);
/** TPMI_DH_ENTITY. Part 2, 9.6 TPMI_DH_ENTITY */
export const TPMI_DH_ENTITY = handle(
  'TPMI_DH_ENTITY',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  LOCKOUT,
  isObject,
  isNv,
  isPcr,
  isVendors,
);
/** TPMI_DH_ENTITY+. Part 2, 9.6 TPMI_DH_ENTITY */
export const TPMI_DH_ENTITY_OR_NULL = handle(
  'TPMI_DH_ENTITY+',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  LOCKOUT,
  isObject,
  isNv,
  isPcr,
  isVendors,
  NULL,
);
/** TPMI_DH_PCR. Part 2, 9.7 TPMI_DH_PCR */
export const TPMI_DH_PCR = handle('TPMI_DH_PCR', isPcr);
/** TPMI_DH_PCR+. Part 2, 9.7 TPMI_DH_PCR */
export const TPMI_DH_PCR_OR_NULL = handle('TPMI_DH_PCR+', isPcr, NULL);
/** TPMI_SH_AUTH_SESSION+: with TPM_RS_PW. Part 2, 9.8 TPMI_SH_AUTH_SESSION */
export const TPMI_SH_AUTH_SESSION_OR_PW = handle('TPMI_SH_AUTH_SESSION+', isHmac, isPolicy, PW);
/** TPMI_SH_HMAC. Part 2, 9.9 TPMI_SH_HMAC */
export const TPMI_SH_HMAC = handle('TPMI_SH_HMAC', isHmac);
/** TPMI_SH_POLICY. Part 2, 9.10 TPMI_SH_POLICY */
export const TPMI_SH_POLICY = handle('TPMI_SH_POLICY', isPolicy);
/** TPMI_DH_CONTEXT. Part 2, 9.11 TPMI_DH_CONTEXT */
export const TPMI_DH_CONTEXT = handle('TPMI_DH_CONTEXT', isTransient, isHmac, isPolicy);
/** TPMI_DH_SAVED: the handles in a saved context. Part 2, 9.12 TPMI_DH_SAVED */
export const TPMI_DH_SAVED = handle(
  'TPMI_DH_SAVED',
  isHmac,
  isPolicy,
  0x80000000,
  0x80000001,
  0x80000002,
);
/** TPMI_RH_HIERARCHY. Part 2, 9.13 TPMI_RH_HIERARCHY */
export const TPMI_RH_HIERARCHY = handle('TPMI_RH_HIERARCHY', OWNER, ENDORSEMENT, PLATFORM);
/** TPMI_RH_HIERARCHY+. Part 2, 9.13 TPMI_RH_HIERARCHY */
export const TPMI_RH_HIERARCHY_OR_NULL = handle(
  'TPMI_RH_HIERARCHY+',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  NULL,
);
/** TPMI_RH_ENABLES. Part 2, 9.14 TPMI_RH_ENABLES */
export const TPMI_RH_ENABLES = handle(
  'TPMI_RH_ENABLES',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  TPM_RH.PLATFORM_NV,
);
/** TPMI_RH_HIERARCHY_AUTH. Part 2, 9.15 TPMI_RH_HIERARCHY_AUTH */
export const TPMI_RH_HIERARCHY_AUTH = handle(
  'TPMI_RH_HIERARCHY_AUTH',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  LOCKOUT,
);
/** TPMI_RH_HIERARCHY_POLICY. Part 2, 9.16 TPMI_RH_HIERARCHY_POLICY */
export const TPMI_RH_HIERARCHY_POLICY = handle(
  'TPMI_RH_HIERARCHY_POLICY',
  OWNER,
  ENDORSEMENT,
  PLATFORM,
  LOCKOUT,
);
/** TPMI_RH_PLATFORM. Part 2, 9.17 TPMI_RH_PLATFORM */
export const TPMI_RH_PLATFORM = handle('TPMI_RH_PLATFORM', PLATFORM);
/** TPMI_RH_OWNER+. Part 2, 9.18 TPMI_RH_OWNER */
export const TPMI_RH_OWNER_OR_NULL = handle('TPMI_RH_OWNER+', OWNER, NULL);
/** TPMI_RH_ENDORSEMENT+. Part 2, 9.19 TPMI_RH_ENDORSEMENT */
export const TPMI_RH_ENDORSEMENT = handle('TPMI_RH_ENDORSEMENT', ENDORSEMENT);
/** TPMI_RH_PROVISION. Part 2, 9.20 TPMI_RH_PROVISION */
export const TPMI_RH_PROVISION = handle('TPMI_RH_PROVISION', OWNER, PLATFORM);
/** TPMI_RH_CLEAR. Part 2, 9.21 TPMI_RH_CLEAR */
export const TPMI_RH_CLEAR = handle('TPMI_RH_CLEAR', LOCKOUT, PLATFORM);
/** TPMI_RH_NV_AUTH. Part 2, 9.22 TPMI_RH_NV_AUTH */
export const TPMI_RH_NV_AUTH = handle('TPMI_RH_NV_AUTH', PLATFORM, OWNER, isNv);
/** TPMI_RH_LOCKOUT. Part 2, 9.23 TPMI_RH_LOCKOUT */
export const TPMI_RH_LOCKOUT = handle('TPMI_RH_LOCKOUT', LOCKOUT);
/** TPMI_RH_NV_INDEX. Part 2, 9.24 TPMI_RH_NV_INDEX */
export const TPMI_RH_NV_INDEX = handle('TPMI_RH_NV_INDEX', isNv);
