import fc from 'fast-check';
import { TPM_ECC_CURVE } from '../../domain/structures/algorithms.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../domain/structures/hashAlg.ts';
import { secret, type Secret } from '../../domain/structures/secret.ts';
import { HANDLES, HIERARCHIES, HMAC_SESSIONS, INDICES, NULL } from './handleValues.ts';

/** Any value that a codec of this name writes. */
type Values = fc.Arbitrary<unknown>;

const octets = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength, size: 'max' });
const exactly = (size: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: size, maxLength: size });
const secrets = (maxLength: number): fc.Arbitrary<Secret> => octets(maxLength).map(secret);
const names = (...list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list);
const bitsOf = (mask: number): fc.Arbitrary<number> =>
  fc.nat(0xffffffff).map((value) => (value & mask) >>> 0);
const among = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: from, max: to });
const several = (values: Values, maxLength: number, minLength = 0): Values =>
  fc.array(values, { minLength, maxLength });
const fields = (record: Readonly<Record<string, Values>>): Values => fc.record({ ...record });

/** Fields behind a selector, which stands among them under `key`. */
function tagged(key: string, members: Readonly<Record<string, Record<string, Values>>>): Values {
  return fc.oneof(
    ...Object.entries(members).map(([tag, rest]) => fields({ [key]: fc.constant(tag), ...rest })),
  );
}

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const digest = octets(64);
const name = octets(66);
const hash = names(...HASH_ALGS);
const hashOrNull = names(...HASH_ALGS, 'NULL');
const kdf = names('MGF1', 'KDF1_SP800_56A', 'KDF2', 'KDF1_SP800_108', 'NULL');
const symMode = names('CTR', 'OFB', 'CBC', 'CFB', 'ECB', 'CMAC', 'NULL');
const cipherMode = names('CTR', 'OFB', 'CBC', 'CFB', 'ECB', 'NULL');
const curve = names(...Object.keys(TPM_ECC_CURVE));
const hashed = { hashAlg: hash };

const ha = fc
  .constantFrom(...HASH_ALGS)
  .chain((alg) => fields({ hashAlg: fc.constant(alg), digest: exactly(DIGEST_SIZE[alg]) }));
const haOrNull = fc.option(ha, { nil: null });

const block = (...sizes: number[]) => ({ keyBits: fc.constantFrom(...sizes), mode: symMode });
const sizes = [128, 192, 256];
const ciphers = { TDES: block(128, 192), AES: block(...sizes), CAMELLIA: block(...sizes) };
const symDefObject = tagged('algorithm', ciphers);
const symDefObjectOrNull = tagged('algorithm', { ...ciphers, NULL: {} });
const rsaScheme = tagged('scheme', {
  RSASSA: hashed,
  RSAES: {},
  RSAPSS: hashed,
  OAEP: hashed,
  NULL: {},
});
const anonymous = { ...hashed, count: u16 };
const eccScheme = tagged('scheme', {
  ECDSA: hashed,
  ECDAA: anonymous,
  SM2: hashed,
  ECSCHNORR: hashed,
  ECDH: hashed,
  ECMQV: hashed,
  NULL: {},
});
const keyedhashScheme = tagged('scheme', { HMAC: hashed, XOR: { ...hashed, kdf }, NULL: {} });
const kdfScheme = tagged('scheme', {
  MGF1: hashed,
  KDF1_SP800_56A: hashed,
  KDF2: hashed,
  KDF1_SP800_108: hashed,
  NULL: {},
});

const rsaSignature = { hash, sig: octets(384) };
const eccSignature = { hash, signatureR: octets(80), signatureS: octets(80) };
const signature = (more: Record<string, Record<string, Values>>): Values =>
  fc.oneof(
    tagged('sigAlg', {
      RSASSA: rsaSignature,
      RSAPSS: rsaSignature,
      ECDSA: eccSignature,
      ECDAA: eccSignature,
      SM2: eccSignature,
      ECSCHNORR: eccSignature,
      ...more,
    }),
    ...HASH_ALGS.map((alg) =>
      fields({
        sigAlg: fc.constant('HMAC'),
        hash: fc.constant(alg),
        digest: exactly(DIGEST_SIZE[alg]),
      }),
    ),
  );

const parameters = {
  RSA: {
    symmetric: symDefObjectOrNull,
    scheme: rsaScheme,
    keyBits: fc.constantFrom(1024, 2048, 3072, 4096),
    exponent: u32,
  },
  ECC: { symmetric: symDefObjectOrNull, scheme: eccScheme, curveID: curve, kdf: kdfScheme },
  KEYEDHASH: { scheme: keyedhashScheme },
  SYMCIPHER: { sym: symDefObject },
};

const eccPoint = fields({ x: octets(80), y: octets(80) });
const unique = { RSA: octets(384), ECC: eccPoint, KEYEDHASH: digest, SYMCIPHER: digest };
const objectAttributes = bitsOf(0x000f0cf6);

const derive = fields({ label: octets(32), context: octets(32) });

function publicArea(
  nameAlg: Values,
  uniques: Readonly<Record<keyof typeof unique, Values>> = unique,
): Values {
  const member = (type: keyof typeof parameters): Record<string, Values> => ({
    nameAlg,
    objectAttributes,
    authPolicy: digest,
    parameters: fields(parameters[type]),
    unique: uniques[type],
  });
  return tagged('type', {
    RSA: member('RSA'),
    ECC: member('ECC'),
    KEYEDHASH: member('KEYEDHASH'),
    SYMCIPHER: member('SYMCIPHER'),
  });
}

const sensitiveOf = (max: number): Record<string, Values> => ({
  authValue: secrets(64),
  seedValue: secrets(64),
  sensitive: secrets(max),
});
const sensitive = tagged('sensitiveType', {
  RSA: sensitiveOf(192),
  ECC: sensitiveOf(80),
  KEYEDHASH: sensitiveOf(128),
  SYMCIPHER: sensitiveOf(32),
});
const sensitiveCreate = fields({ userAuth: secrets(64), data: secrets(128) });

const pcrSelection = fields({ hash, pcrSelect: exactly(3) });
const pcrSelections = several(pcrSelection, 4);
const clockInfo = fields({
  clock: u64,
  resetCount: u32,
  restartCount: u32,
  safe: fc.boolean(),
});
const timeInfo = fields({ time: u64, clockInfo });

const ticket = (...tags: readonly string[]): Values =>
  fields({ tag: names(...tags), hierarchy: fc.constantFrom(...HIERARCHIES, NULL), digest });

const ATTESTED: Readonly<Record<string, Values>> = {
  CERTIFY: fields({ name, qualifiedName: name }),
  CREATION: fields({ objectName: name, creationHash: digest }),
  QUOTE: fields({ pcrSelect: pcrSelections, pcrDigest: digest }),
  COMMAND_AUDIT: fields({
    auditCounter: u64,
    digestAlg: u16,
    auditDigest: digest,
    commandDigest: digest,
  }),
  SESSION_AUDIT: fields({ exclusiveSession: fc.boolean(), sessionDigest: digest }),
  TIME: fields({ time: timeInfo, firmwareVersion: u64 }),
  NV: fields({ indexName: name, offset: u16, nvContents: octets(1024) }),
  NV_DIGEST: fields({ indexName: name, nvDigest: digest }),
};

const attest = fc.oneof(
  ...Object.entries(ATTESTED).map(([type, attested]) =>
    fields({
      type: fc.constant(type),
      qualifiedSigner: name,
      extraData: octets(66),
      clockInfo,
      firmwareVersion: u64,
      attested,
    }),
  ),
);

const [c, d] = [octets(80), octets(80)];
const curveNumbers = { p: c, a: c, b: c, gX: d, gY: d, n: d, h: d };
const creationData = fields({
  pcrSelect: pcrSelections,
  pcrDigest: digest,
  locality: u8,
  parentNameAlg: hashOrNull,
  parentName: name,
  parentQualifiedName: name,
  outsideInfo: octets(66),
});

const nvAttributes = bitsOf(0xfe0ffcff);
const nvPublic = fields({
  nvIndex: INDICES,
  nameAlg: hash,
  attributes: nvAttributes,
  authPolicy: digest,
  dataSize: fc.nat(2048),
});

const algProperty = fields({ alg: u16, algProperties: u32 });
const taggedProperty = fields({ property: u32, value: u32 });
const taggedPcrSelect = fields({ tag: u32, pcrs: fc.nat(0xffffff) });
const taggedPolicy = fields({ handle: u32, policyHash: haOrNull });
const numbers = several(u32, 254);

const CAPABILITIES: Readonly<Record<string, Record<string, Values>>> = {
  ALGS: { algorithms: several(algProperty, 169) },
  HANDLES: { handles: numbers },
  COMMANDS: { command: numbers },
  PP_COMMANDS: { ppCommands: numbers },
  AUDIT_COMMANDS: { auditCommands: numbers },
  PCRS: { assignedPCR: pcrSelections },
  TPM_PROPERTIES: { tpmProperties: several(taggedProperty, 127) },
  PCR_PROPERTIES: { pcrProperties: several(taggedPcrSelect, 127) },
  ECC_CURVES: { eccCurves: several(u16, 508) },
  AUTH_POLICIES: { authPolicies: several(taggedPolicy, 14) },
  ACT: { actData: numbers },
};

const publicOrNull = publicArea(hashOrNull);
const publicNamed = publicArea(hash);
const symDef = tagged('algorithm', { ...ciphers, XOR: hashed, NULL: {} });

/** Values for every exported codec of domain/structures, by the name of the export. */
export const STRUCTURES: Readonly<Record<string, Values>> = {
  ...HANDLES,
  UINT8: u8,
  UINT16: u16,
  UINT32: u32,
  UINT64: u64,
  INT32: fc.integer(),
  NOTHING: fc.constant({}),
  TPMI_ALG_HASH: hash,
  TPMI_ALG_HASH_OR_NULL: hashOrNull,
  TPMI_ALG_MAC_SCHEME_OR_NULL: names(...HASH_ALGS, 'CMAC', 'NULL'),
  TPMI_ALG_KDF_OR_NULL: kdf,
  TPMI_ALG_SYM_MODE_OR_NULL: symMode,
  TPMI_ALG_CIPHER_MODE_OR_NULL: cipherMode,
  TPMI_ALG_PUBLIC: names('RSA', 'ECC', 'KEYEDHASH', 'SYMCIPHER'),
  TPMI_ECC_CURVE: curve,
  TPMI_ECC_KEY_EXCHANGE: names('ECDH', 'SM2', 'ECMQV'),
  TPMA_LOCALITY: u8,
  TPMA_NV: nvAttributes,
  TPMA_OBJECT: objectAttributes,
  TPMA_SESSION: bitsOf(0xe7),
  TPMI_YES_NO: fc.boolean(),
  TPM_CC: u32,
  TPM_SU: names('CLEAR', 'STATE'),
  TPM_SE: names('HMAC', 'POLICY', 'TRIAL'),
  TPM_EO: names('EQ', 'NEQ', 'SIGNED_GT', 'UNSIGNED_LE', 'BITSET', 'BITCLEAR'),
  TPM_CAP: names(...Object.keys(CAPABILITIES)),
  TPM_CLOCK_ADJUST: among(-3, 3),
  TPML_ALG: several(u16, 64),
  TPML_CC: numbers,
  TPML_DIGEST: several(digest, 8),
  TPML_DIGEST_2: several(digest, 8, 2),
  TPML_DIGEST_VALUES: several(ha, 4),
  TPML_PCR_SELECTION: pcrSelections,
  TPMS_PCR_SELECTION: pcrSelection,
  TPMS_CLOCK_INFO: clockInfo,
  TPMS_TIME_INFO: timeInfo,
  TPMT_HA: ha,
  TPMT_HA_OR_NULL: haOrNull,
  TPMT_TK_AUTH: ticket('AUTH_SECRET', 'AUTH_SIGNED'),
  TPMT_TK_CREATION: ticket('CREATION'),
  TPMT_TK_HASHCHECK: ticket('HASHCHECK'),
  TPMT_TK_VERIFIED: ticket('VERIFIED'),
  TPM2B_ATTEST: octets(1024),
  TPM2B_AUTH: secrets(64),
  TPM2B_CONTEXT_DATA: octets(2748),
  TPM2B_DATA: octets(66),
  TPM2B_DIGEST: digest,
  TPM2B_ECC_PARAMETER: octets(80),
  TPM2B_ENCRYPTED_SECRET: octets(384),
  TPM2B_EVENT: octets(1024),
  TPM2B_ID_OBJECT: octets(132),
  TPM2B_IV: octets(16),
  TPM2B_MAX_BUFFER: octets(1024),
  TPM2B_MAX_NV_BUFFER: octets(1024),
  TPM2B_NAME: name,
  TPM2B_NONCE: octets(64),
  TPM2B_OPERAND: octets(64),
  TPM2B_PRIVATE: octets(1230),
  TPM2B_PUBLIC_KEY_RSA: octets(384),
  TPM2B_SENSITIVE_DATA: secrets(128),
  TPM2B_SYM_KEY: secrets(32),
  TPM2B_TEMPLATE: octets(484),
  TPM2B_LABEL: octets(32),
  TPM2B_TIMEOUT: octets(8),
  TPMS_ALG_PROPERTY: algProperty,
  TPMS_TAGGED_PROPERTY: taggedProperty,
  TPMS_TAGGED_PCR_SELECT: taggedPcrSelect,
  TPMS_TAGGED_POLICY: taggedPolicy,
  TPMS_CAPABILITY_DATA: tagged('capability', CAPABILITIES),
  TPMS_ATTEST: attest,
  TPMS_ALGORITHM_DETAIL_ECC: fields({
    curveID: curve,
    keySize: u16,
    kdf: tagged('scheme', {
      KDF1_SP800_56A: { hashAlg: names('SHA256', 'SHA384', 'SHA512', 'SM3_256') },
      NULL: {},
    }),
    sign: eccScheme,
    ...curveNumbers,
  }),
  TPMS_CONTEXT: fields({
    sequence: u64,
    savedHandle: fc.oneof(HMAC_SESSIONS, fc.constantFrom(0x80000000, 0x80000001, 0x80000002)),
    hierarchy: fc.constantFrom(...HIERARCHIES, NULL),
    contextBlob: octets(2748),
  }),
  TPMS_CREATION_DATA: creationData,
  TPM2B_CREATION_DATA: creationData,
  TPMS_NV_PUBLIC: nvPublic,
  TPM2B_NV_PUBLIC: nvPublic,
  TPMS_ECC_POINT: eccPoint,
  TPM2B_ECC_POINT: eccPoint,
  TPMT_PUBLIC: publicNamed,
  TPM2B_PUBLIC: publicNamed,
  TPMT_PUBLIC_OR_NULL: publicOrNull,
  TPMS_DERIVE: derive,
  TPMT_PUBLIC_DERIVED: publicArea(hash, {
    RSA: derive,
    ECC: derive,
    KEYEDHASH: derive,
    SYMCIPHER: derive,
  }),
  TPM2B_PUBLIC_OR_NULL: publicOrNull,
  TPMT_PUBLIC_PARMS: tagged('type', parameters),
  TPMS_SENSITIVE_CREATE: sensitiveCreate,
  TPM2B_SENSITIVE_CREATE: sensitiveCreate,
  TPMT_SENSITIVE: sensitive,
  TPM2B_SENSITIVE: sensitive,
  TPM2B_SENSITIVE_OR_ABSENT: fc.option(sensitive, { nil: null }),
  TPMT_SYM_DEF_OR_NULL: symDef,
  TPMT_SYM_DEF_OBJECT: symDefObject,
  TPMT_SYM_DEF_OBJECT_OR_NULL: symDefObjectOrNull,
  TPMT_KEYEDHASH_SCHEME_OR_NULL: keyedhashScheme,
  TPMT_RSA_SCHEME_OR_NULL: rsaScheme,
  TPMT_RSA_DECRYPT_OR_NULL: tagged('scheme', { RSAES: {}, OAEP: hashed, NULL: {} }),
  TPMT_ECC_SCHEME_OR_NULL: eccScheme,
  TPMT_KDF_SCHEME_OR_NULL: kdfScheme,
  TPMT_SIG_SCHEME_OR_NULL: tagged('scheme', {
    RSASSA: hashed,
    RSAPSS: hashed,
    ECDSA: hashed,
    ECDAA: anonymous,
    SM2: hashed,
    ECSCHNORR: hashed,
    HMAC: hashed,
    NULL: {},
  }),
  TPMT_SIGNATURE: signature({}),
  TPMT_SIGNATURE_OR_NULL: signature({ NULL: {} }),
};
