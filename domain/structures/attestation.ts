import { TPML_PCR_SELECTION, TPMI_YES_NO, TPMS_CLOCK_INFO, TPMS_TIME_INFO } from './base.ts';
import { TPM2B_DATA, TPM2B_DIGEST, TPM2B_MAX_NV_BUFFER, TPM2B_NAME } from './buffers.ts';
import { UINT16, UINT64, oneOf, struct, type Codec, type Of } from './codec.ts';
import { refuse } from './tpmError.ts';

/** TPM_GENERATED_VALUE: "\xffTCG". Part 2, 6.2 TPM_GENERATED */
export const TPM_GENERATED_VALUE = 0xff544347;

/** TPMI_ST_ATTEST. Part 2, 10.12.8 TPMI_ST_ATTEST */
const TPMI_ST_ATTEST = oneOf(
  'TPMI_ST_ATTEST',
  UINT16,
  {
    NV: 0x8014,
    COMMAND_AUDIT: 0x8015,
    SESSION_AUDIT: 0x8016,
    CERTIFY: 0x8017,
    QUOTE: 0x8018,
    TIME: 0x8019,
    CREATION: 0x801a,
    NV_DIGEST: 0x801c,
  },
  'SELECTOR',
);

const ATTESTED = {
  CERTIFY: struct('TPMS_CERTIFY_INFO', { name: TPM2B_NAME, qualifiedName: TPM2B_NAME }),
  CREATION: struct('TPMS_CREATION_INFO', { objectName: TPM2B_NAME, creationHash: TPM2B_DIGEST }),
  QUOTE: struct('TPMS_QUOTE_INFO', { pcrSelect: TPML_PCR_SELECTION, pcrDigest: TPM2B_DIGEST }),
  COMMAND_AUDIT: struct('TPMS_COMMAND_AUDIT_INFO', {
    auditCounter: UINT64,
    digestAlg: UINT16,
    auditDigest: TPM2B_DIGEST,
    commandDigest: TPM2B_DIGEST,
  }),
  SESSION_AUDIT: struct('TPMS_SESSION_AUDIT_INFO', {
    exclusiveSession: TPMI_YES_NO,
    sessionDigest: TPM2B_DIGEST,
  }),
  TIME: struct('TPMS_TIME_ATTEST_INFO', { time: TPMS_TIME_INFO, firmwareVersion: UINT64 }),
  NV: struct('TPMS_NV_CERTIFY_INFO', {
    indexName: TPM2B_NAME,
    offset: UINT16,
    nvContents: TPM2B_MAX_NV_BUFFER,
  }),
  NV_DIGEST: struct('TPMS_NV_DIGEST_CERTIFY_INFO', {
    indexName: TPM2B_NAME,
    nvDigest: TPM2B_DIGEST,
  }),
};

/** What a TPMS_ATTEST speaks of, by its type. Part 2, 10.12.11 TPMU_ATTEST */
export type Attested = {
  readonly [T in keyof typeof ATTESTED]: {
    readonly type: T;
    readonly attested: Of<(typeof ATTESTED)[T]>;
  };
}[keyof typeof ATTESTED];

/** TPMS_ATTEST: what an attestation key signs. Part 2, 10.12.12 TPMS_ATTEST */
export type TpmsAttest = Attested & {
  readonly qualifiedSigner: Uint8Array;
  readonly extraData: Uint8Array;
  readonly clockInfo: Of<typeof TPMS_CLOCK_INFO>;
  readonly firmwareVersion: bigint;
};

const HEAD = struct('TPMS_ATTEST', {
  qualifiedSigner: TPM2B_NAME,
  extraData: TPM2B_DATA,
  clockInfo: TPMS_CLOCK_INFO,
  firmwareVersion: UINT64,
});

/** TPMS_ATTEST on the wire; another magic is refused with VALUE. Part 2, 10.12.12 TPMS_ATTEST */
export const TPMS_ATTEST: Codec<TpmsAttest> = {
  name: 'TPMS_ATTEST',
  marshal: (writer, value) => {
    writer.u32(TPM_GENERATED_VALUE);
    TPMI_ST_ATTEST.marshal(writer, value.type);
    HEAD.marshal(writer, value);
    (ATTESTED[value.type] as Codec<unknown>).marshal(writer, value.attested);
  },
  unmarshal: (reader) => {
    if (reader.u32() !== TPM_GENERATED_VALUE) refuse('VALUE');
    const type = TPMI_ST_ATTEST.unmarshal(reader);
    const head = HEAD.unmarshal(reader);
    const attested = (ATTESTED[type] as Codec<unknown>).unmarshal(reader);
    return { type, ...head, attested } as TpmsAttest;
  },
};
