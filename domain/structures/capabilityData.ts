import { TPML_PCR_SELECTION, TPMT_HA_OR_NULL } from './base.ts';
import {
  UINT16,
  UINT32,
  UINT8,
  list,
  oneOf,
  struct,
  tagged,
  type Codec,
  type Of,
  type TaggedOf,
} from './codec.ts';
import { refuse } from './tpmError.ts';

/** TPM_CAP; others are refused with VALUE. Part 2, 6.12 TPM_CAP */
export const TPM_CAP = oneOf('TPM_CAP', UINT32, {
  ALGS: 0,
  HANDLES: 1,
  COMMANDS: 2,
  PP_COMMANDS: 3,
  AUDIT_COMMANDS: 4,
  PCRS: 5,
  TPM_PROPERTIES: 6,
  PCR_PROPERTIES: 7,
  ECC_CURVES: 8,
  AUTH_POLICIES: 9,
  ACT: 10,
  VENDOR_PROPERTY: 0x100,
});

/** MAX_CAP_BUFFER: the size of a TPMS_CAPABILITY_DATA at most. TPM_PT_MAX_CAP_BUFFER */
export const CAP_BUFFER_MAX = 1024;
/** How many octets of elements fit beside the capability and the count: MAX_CAP_DATA. */
const CAP_DATA_MAX = CAP_BUFFER_MAX - 8;

/**
 * How many elements one response holds at most, by their size. Part 2, 10.8 Capability Structures
 */
export const CAP_MAX = {
  ALGS: Math.floor(CAP_DATA_MAX / 6),
  HANDLES: Math.floor(CAP_DATA_MAX / 4),
  COMMANDS: Math.floor(CAP_DATA_MAX / 4),
  PROPERTIES: Math.floor(CAP_DATA_MAX / 8),
  CURVES: Math.floor(CAP_DATA_MAX / 2),
  POLICIES: Math.floor(CAP_DATA_MAX / 70),
} as const;

/** TPMS_ALG_PROPERTY: `algProperties` is a TPMA_ALGORITHM. Part 2, 10.8.1 TPMS_ALG_PROPERTY */
export const TPMS_ALG_PROPERTY = struct('TPMS_ALG_PROPERTY', {
  alg: UINT16,
  algProperties: UINT32,
});
export type TpmsAlgProperty = Of<typeof TPMS_ALG_PROPERTY>;

/** TPMS_TAGGED_PROPERTY. Part 2, 10.8.2 TPMS_TAGGED_PROPERTY */
export const TPMS_TAGGED_PROPERTY = struct('TPMS_TAGGED_PROPERTY', {
  property: UINT32,
  value: UINT32,
});
export type TpmsTaggedProperty = Of<typeof TPMS_TAGGED_PROPERTY>;

/** A property of PCR, and the PCR (bit n for PCR n) that have it. */
export type TpmsTaggedPcrSelect = { readonly tag: number; readonly pcrs: number };

/**
 * TPMS_TAGGED_PCR_SELECT: three octets for 24 PCR, or VALUE.
 *
 * Part 2, 10.8.3 TPMS_TAGGED_PCR_SELECT
 */
export const TPMS_TAGGED_PCR_SELECT: Codec<TpmsTaggedPcrSelect> = {
  name: 'TPMS_TAGGED_PCR_SELECT',
  marshal: (writer, { tag, pcrs }) => {
    writer.u32(tag);
    writer.u8(3);
    for (const octet of [pcrs, pcrs >>> 8, pcrs >>> 16]) UINT8.marshal(writer, octet & 0xff);
  },
  unmarshal: (reader) => {
    const tag = reader.u32();
    if (reader.u8() !== 3) refuse('VALUE');
    const [a = 0, b = 0, c = 0] = reader.octets(3);
    return { tag, pcrs: a | (b << 8) | (c << 16) };
  },
};

/** TPMS_TAGGED_POLICY. Part 2, 10.8.4 TPMS_TAGGED_POLICY */
export const TPMS_TAGGED_POLICY = struct('TPMS_TAGGED_POLICY', {
  handle: UINT32,
  policyHash: TPMT_HA_OR_NULL,
});

const HANDLES = list('TPML_HANDLE', UINT32, CAP_MAX.HANDLES);
const CODES = list('TPML_CC', UINT32, CAP_MAX.COMMANDS);
const PCR_PROPERTIES = list('TPML_TAGGED_PCR', TPMS_TAGGED_PCR_SELECT, CAP_MAX.PROPERTIES);
const PROPERTIES = list('TPML_TAGGED_TPM_PROPERTY', TPMS_TAGGED_PROPERTY, CAP_MAX.PROPERTIES);

/** What is said of each capability. Part 2, 10.10.1 TPMU_CAPABILITIES */
const TPMU_CAPABILITIES = {
  ALGS: struct('ALGS', { algorithms: list('TPML_ALG_PROPERTY', TPMS_ALG_PROPERTY, CAP_MAX.ALGS) }),
  HANDLES: struct('HANDLES', { handles: HANDLES }),
  COMMANDS: struct('COMMANDS', { command: list('TPML_CCA', UINT32, CAP_MAX.COMMANDS) }),
  PP_COMMANDS: struct('PP_COMMANDS', { ppCommands: CODES }),
  AUDIT_COMMANDS: struct('AUDIT_COMMANDS', { auditCommands: CODES }),
  PCRS: struct('PCRS', { assignedPCR: TPML_PCR_SELECTION }),
  TPM_PROPERTIES: struct('TPM_PROPERTIES', { tpmProperties: PROPERTIES }),
  PCR_PROPERTIES: struct('PCR_PROPERTIES', { pcrProperties: PCR_PROPERTIES }),
  ECC_CURVES: struct('ECC_CURVES', { eccCurves: list('TPML_ECC_CURVE', UINT16, CAP_MAX.CURVES) }),
  AUTH_POLICIES: struct('AUTH_POLICIES', {
    authPolicies: list('TPML_TAGGED_POLICY', TPMS_TAGGED_POLICY, CAP_MAX.POLICIES),
  }),
  ACT: struct('ACT', { actData: HANDLES }),
  VENDOR_PROPERTY: struct('VENDOR_PROPERTY', {}),
};

/** TPMS_CAPABILITY_DATA as a value. */
export type TpmsCapabilityData = TaggedOf<'capability', typeof TPMU_CAPABILITIES>;

/** TPMS_CAPABILITY_DATA. Part 2, 10.10.2 TPMS_CAPABILITY_DATA */
export const TPMS_CAPABILITY_DATA: Codec<TpmsCapabilityData> = tagged(
  'TPMS_CAPABILITY_DATA',
  'capability',
  TPM_CAP,
  TPMU_CAPABILITIES,
);
