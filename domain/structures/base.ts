import { TPMI_ALG_HASH, TPMI_ALG_HASH_OR_NULL, TPM_ALG } from './algorithms.ts';
import { TPM2B_DIGEST } from './buffers.ts';
import {
  UINT16,
  UINT32,
  UINT64,
  UINT8,
  list,
  oneOf,
  struct,
  type Codec,
  type Of,
} from './codec.ts';
import { DIGEST_SIZE, type HashAlg } from './hashAlg.ts';
import { TPM_RH } from './handles.ts';
import { refuse } from './tpmError.ts';

/** TPMI_YES_NO: 0 or 1, others are refused with VALUE. Part 2, 9.2 TPMI_YES_NO */
export const TPMI_YES_NO: Codec<boolean> = {
  name: 'TPMI_YES_NO',
  marshal: (writer, value) => {
    writer.u8(value ? 1 : 0);
  },
  unmarshal: (reader) => {
    const octet = reader.u8();
    return octet > 1 ? refuse('VALUE') : octet === 1;
  },
};

/** TPM_SU. Part 2, 6.10 TPM_SU */
export const TPM_SU = oneOf('TPM_SU', UINT16, { CLEAR: 0, STATE: 1 });
/** TPM_SE. Part 2, 6.11 TPM_SE */
export const TPM_SE = oneOf('TPM_SE', UINT8, { HMAC: 0, POLICY: 1, TRIAL: 3 });
/** TPM_CC as a number; the table of commands says which exist. Part 2, 6.5.2 TPM_CC Listing */
export const TPM_CC = UINT32;

/** TPM_EO: how PolicyNV compares. Part 2, 6.8 TPM_EO */
export const TPM_EO = oneOf('TPM_EO', UINT16, {
  EQ: 0,
  NEQ: 1,
  SIGNED_GT: 2,
  UNSIGNED_GT: 3,
  SIGNED_LT: 4,
  UNSIGNED_LT: 5,
  SIGNED_GE: 6,
  UNSIGNED_GE: 7,
  SIGNED_LE: 8,
  UNSIGNED_LE: 9,
  BITSET: 10,
  BITCLEAR: 11,
});

/** TPM_CLOCK_ADJUST: how much faster or slower Clock is to run. Part 2, 6.7 TPM_CLOCK_ADJUST */
export const TPM_CLOCK_ADJUST: Codec<number> = {
  name: 'TPM_CLOCK_ADJUST',
  marshal: (writer, value) => {
    writer.u8(value & 0xff);
  },
  unmarshal: (reader) => {
    const value = (reader.u8() << 24) >> 24;
    return value < -3 || value > 3 ? refuse('VALUE') : value;
  },
};

/** A hash algorithm and its digest. Part 2, 10.3.2 TPMT_HA */
export type TpmtHa = { readonly hashAlg: HashAlg; readonly digest: Uint8Array };

/** TPMT_HA: the digest has no size of its own. Part 2, 10.3.2 TPMT_HA */
export const TPMT_HA: Codec<TpmtHa> = {
  name: 'TPMT_HA',
  marshal: (writer, value) => {
    TPMI_ALG_HASH.marshal(writer, value.hashAlg);
    writer.octets(value.digest);
  },
  unmarshal: (reader) => {
    const hashAlg = TPMI_ALG_HASH.unmarshal(reader);
    return { hashAlg, digest: reader.octets(DIGEST_SIZE[hashAlg]) };
  },
};

/** TPMT_HA+: null for TPM_ALG_NULL. Part 2, 10.3.2 TPMT_HA */
export const TPMT_HA_OR_NULL: Codec<TpmtHa | null> = {
  name: 'TPMT_HA+',
  marshal: (writer, value) => {
    if (value === null) writer.u16(TPM_ALG.NULL);
    else TPMT_HA.marshal(writer, value);
  },
  unmarshal: (reader) => {
    const hashAlg = TPMI_ALG_HASH_OR_NULL.unmarshal(reader);
    return hashAlg === 'NULL' ? null : { hashAlg, digest: reader.octets(DIGEST_SIZE[hashAlg]) };
  },
};

/** A bank and a bit map of its PCR, bit i of octet i/8. Part 2, 10.6.2 TPMS_PCR_SELECTION */
export type TpmsPcrSelection = { readonly hash: HashAlg; readonly pcrSelect: Uint8Array };

/** TPMS_PCR_SELECTION: three octets for 24 PCR, or VALUE. Part 2, 10.6.2 TPMS_PCR_SELECTION */
export const TPMS_PCR_SELECTION: Codec<TpmsPcrSelection> = {
  name: 'TPMS_PCR_SELECTION',
  marshal: (writer, value) => {
    TPMI_ALG_HASH.marshal(writer, value.hash);
    writer.u8(value.pcrSelect.length);
    writer.octets(value.pcrSelect);
  },
  unmarshal: (reader) => {
    const hash = TPMI_ALG_HASH.unmarshal(reader);
    if (reader.u8() !== 3) refuse('VALUE');
    return { hash, pcrSelect: reader.octets(3).slice() };
  },
};

/** TPML_PCR_SELECTION: at most one a bank. Part 2, 10.9.7 TPML_PCR_SELECTION */
export const TPML_PCR_SELECTION = list('TPML_PCR_SELECTION', TPMS_PCR_SELECTION, 4);
/** TPML_DIGEST_VALUES: at most one a bank. Part 2, 10.9.6 TPML_DIGEST_VALUES */
export const TPML_DIGEST_VALUES = list('TPML_DIGEST_VALUES', TPMT_HA, 4);
/** TPML_DIGEST. Part 2, 10.9.5 TPML_DIGEST */
export const TPML_DIGEST = list('TPML_DIGEST', TPM2B_DIGEST, 8);
/** TPML_DIGEST{2:}: the branches of PolicyOR. Part 2, 10.9.5 TPML_DIGEST */
export const TPML_DIGEST_2 = list('TPML_DIGEST{2:}', TPM2B_DIGEST, 8, 2);
/** TPML_CC. Part 2, 10.9.2 TPML_CC */
export const TPML_CC = list('TPML_CC', UINT32, 254);
/** TPML_ALG: algorithm numbers as they are. Part 2, 10.9.4 TPML_ALG */
export const TPML_ALG = list('TPML_ALG', UINT16, 64);

/** TPMS_CLOCK_INFO. Part 2, 10.11.1 TPMS_CLOCK_INFO */
export const TPMS_CLOCK_INFO = struct('TPMS_CLOCK_INFO', {
  clock: UINT64,
  resetCount: UINT32,
  restartCount: UINT32,
  safe: TPMI_YES_NO,
});
export type TpmsClockInfo = Of<typeof TPMS_CLOCK_INFO>;

/** TPMS_TIME_INFO. Part 2, 10.11.6 TPMS_TIME_INFO */
export const TPMS_TIME_INFO = struct('TPMS_TIME_INFO', {
  time: UINT64,
  clockInfo: TPMS_CLOCK_INFO,
});
export type TpmsTimeInfo = Of<typeof TPMS_TIME_INFO>;

/** A ticket: proof to the TPM that it did something itself. Part 2, 10.7 Tickets */
export type Ticket = {
  readonly tag: keyof typeof TICKET_TAGS;
  readonly hierarchy: number;
  readonly digest: Uint8Array;
};

/** TPM_ST of the tickets. Part 2, 6.9 TPM_ST */
export const TICKET_TAGS = {
  CREATION: 0x8021,
  VERIFIED: 0x8022,
  AUTH_SECRET: 0x8023,
  HASHCHECK: 0x8024,
  AUTH_SIGNED: 0x8025,
} as const;

const TPMI_RH_HIERARCHY_VALUES: readonly number[] = [
  TPM_RH.OWNER,
  TPM_RH.NULL,
  TPM_RH.ENDORSEMENT,
  TPM_RH.PLATFORM,
];

/**
 * TPM_ST: the tags that there are; a structure with another is refused with VALUE.
 *
 * Part 2, 6.9 TPM_ST
 */
export const TAGS: readonly number[] = [
  0x00c4,
  0x8000,
  0x8001,
  0x8002,
  ...[0x8014, 0x8015, 0x8016, 0x8017, 0x8018, 0x8019, 0x801a],
  ...Object.values(TICKET_TAGS),
];

function ticket(name: string, ...tags: readonly (keyof typeof TICKET_TAGS)[]): Codec<Ticket> {
  return {
    name,
    marshal: (writer, value) => {
      writer.u16(TICKET_TAGS[value.tag]);
      writer.u32(value.hierarchy);
      TPM2B_DIGEST.marshal(writer, value.digest);
    },
    unmarshal: (reader) => {
      const number = reader.u16();
      if (!TAGS.includes(number)) refuse('VALUE');
      const tag = tags.find((candidate) => TICKET_TAGS[candidate] === number) ?? refuse('TAG');
      const hierarchy = reader.u32();
      if (!TPMI_RH_HIERARCHY_VALUES.includes(hierarchy)) refuse('VALUE');
      return { tag, hierarchy, digest: TPM2B_DIGEST.unmarshal(reader) };
    },
  };
}

/** TPMT_TK_CREATION. Part 2, 10.7.3 TPMT_TK_CREATION */
export const TPMT_TK_CREATION = ticket('TPMT_TK_CREATION', 'CREATION');
/** TPMT_TK_VERIFIED. Part 2, 10.7.4 TPMT_TK_VERIFIED */
export const TPMT_TK_VERIFIED = ticket('TPMT_TK_VERIFIED', 'VERIFIED');
/** TPMT_TK_AUTH. Part 2, 10.7.5 TPMT_TK_AUTH */
export const TPMT_TK_AUTH = ticket('TPMT_TK_AUTH', 'AUTH_SECRET', 'AUTH_SIGNED');
/** TPMT_TK_HASHCHECK. Part 2, 10.7.6 TPMT_TK_HASHCHECK */
export const TPMT_TK_HASHCHECK = ticket('TPMT_TK_HASHCHECK', 'HASHCHECK');
