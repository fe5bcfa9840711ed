import fc from 'fast-check';

const among = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: from, max: to });

/** The hierarchies, without that of TPM_RH_NULL. */
export const HIERARCHIES = [0x40000001, 0x4000000b, 0x4000000c];
/** TPM_RH_NULL. */
export const NULL = 0x40000007;
const OBJECTS = among(0x80000000, 0x81ffffff);
const TRANSIENT = among(0x80000000, 0x80ffffff);
const PERSISTENT = among(0x81000000, 0x81ffffff);
const PCRS = among(0, 23);
/** Handles of NV indices. */
export const INDICES = among(0x01000000, 0x01ffffff);
/** Handles of HMAC sessions. */
export const HMAC_SESSIONS = among(0x02000000, 0x0200003f);
const POLICY_SESSIONS = among(0x03000000, 0x0300003f);
const fixed = (...handles: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...handles);
const LOCKOUT = 0x4000000a;
/** TPM_RH_AUTH_00 to TPM_RH_AUTH_FF: authorizations of the vendor's. */
const VENDORS = among(0x40000010, 0x4000010f);

/** The handles that each handle type takes; no others. Part 2, 9 Interface Types */
export const HANDLES: Readonly<Record<string, fc.Arbitrary<number>>> = {
  TPMI_DH_OBJECT: OBJECTS,
  TPMI_DH_OBJECT_OR_NULL: fc.oneof(OBJECTS, fixed(NULL)),
  TPMI_DH_PARENT_OR_NULL: fc.oneof(OBJECTS, fixed(...HIERARCHIES, NULL)),
  TPMI_DH_PERSISTENT: PERSISTENT,
  TPMI_DH_ENTITY: fc.oneof(OBJECTS, INDICES, PCRS, VENDORS, fixed(...HIERARCHIES, LOCKOUT)),
  TPMI_DH_ENTITY_OR_NULL: fc.oneof(
    fc.oneof(OBJECTS, INDICES, PCRS, VENDORS),
    fixed(...HIERARCHIES, LOCKOUT, NULL),
  ),
  TPMI_DH_PCR: PCRS,
  TPMI_DH_PCR_OR_NULL: fc.oneof(PCRS, fixed(NULL)),
  TPMI_SH_AUTH_SESSION_OR_PW: fc.oneof(HMAC_SESSIONS, POLICY_SESSIONS, fixed(0x40000009)),
  TPMI_SH_HMAC: HMAC_SESSIONS,
  TPMI_SH_POLICY: POLICY_SESSIONS,
  TPMI_DH_CONTEXT: fc.oneof(TRANSIENT, HMAC_SESSIONS, POLICY_SESSIONS),
  TPMI_DH_SAVED: fc.oneof(
    HMAC_SESSIONS,
    POLICY_SESSIONS,
    fixed(0x80000000, 0x80000001, 0x80000002),
  ),
  TPMI_RH_HIERARCHY: fixed(...HIERARCHIES),
  TPMI_RH_HIERARCHY_OR_NULL: fixed(...HIERARCHIES, NULL),
  TPMI_RH_ENABLES: fixed(...HIERARCHIES, 0x4000000d),
  TPMI_RH_HIERARCHY_AUTH: fixed(...HIERARCHIES, LOCKOUT),
  TPMI_RH_HIERARCHY_POLICY: fixed(...HIERARCHIES, LOCKOUT),
  TPMI_RH_PLATFORM: fixed(0x4000000c),
  TPMI_RH_OWNER_OR_NULL: fixed(0x40000001, NULL),
  TPMI_RH_ENDORSEMENT: fixed(0x4000000b),
  TPMI_RH_PROVISION: fixed(0x40000001, 0x4000000c),
  TPMI_RH_CLEAR: fixed(LOCKOUT, 0x4000000c),
  TPMI_RH_NV_AUTH: fc.oneof(INDICES, fixed(0x40000001, 0x4000000c)),
  TPMI_RH_LOCKOUT: fixed(LOCKOUT),
  TPMI_RH_NV_INDEX: INDICES,
};
