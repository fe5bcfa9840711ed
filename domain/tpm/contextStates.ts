import { TPMI_ALG_HASH } from '../structures/algorithms.ts';
import { TPMI_YES_NO } from '../structures/base.ts';
import { TPM2B_AUTH, TPM2B_DIGEST, TPM2B_NAME, TPM2B_NONCE } from '../structures/buffers.ts';
import {
  UINT32,
  UINT64,
  UINT8,
  list,
  oneOf,
  sizedSecret,
  struct,
  tagged,
  type Codec,
} from '../structures/codec.ts';
import { TPM2B_SENSITIVE_OR_ABSENT, TPMT_PUBLIC_OR_NULL } from '../structures/public.ts';
import { TPMT_SYM_DEF_OR_NULL } from '../structures/schemes.ts';
import { objectName } from './names.ts';
import type { SequenceObject, TpmObject } from './objects.ts';
import type { Session } from './sessions.ts';

/** A value that may be absent: a TPMI_YES_NO, then the value. */
function optional<T>(codec: Codec<T>): Codec<T | null> {
  return {
    name: `${codec.name}?`,
    marshal: (writer, value) => {
      TPMI_YES_NO.marshal(writer, value !== null);
      if (value !== null) codec.marshal(writer, value);
    },
    unmarshal: (reader) => (TPMI_YES_NO.unmarshal(reader) ? codec.unmarshal(reader) : null),
  };
}

/** The same codec with its value changed on the way: what follows from the rest is not written. */
function mapped<T, U>(codec: Codec<T>, to: (value: U) => T, from: (value: T) => U): Codec<U> {
  return {
    name: codec.name,
    marshal: (writer, value) => {
      codec.marshal(writer, to(value));
    },
    unmarshal: (reader) => from(codec.unmarshal(reader)),
  };
}

const OBJECT_FIELDS = struct('OBJECT', {
  publicArea: TPMT_PUBLIC_OR_NULL,
  sensitive: TPM2B_SENSITIVE_OR_ABSENT,
  qualifiedName: TPM2B_NAME,
  hierarchy: UINT32,
  isPrimary: TPMI_YES_NO,
  isExternal: TPMI_YES_NO,
  isStClear: TPMI_YES_NO,
});

/** A loaded object as a saved context holds it. */
export const OBJECT_STATE: Codec<TpmObject> = mapped(
  OBJECT_FIELDS,
  (object: TpmObject) => object,
  (fields) => ({ kind: 'object', ...fields, name: objectName(fields.publicArea) }),
);

const HASH_STATE = struct('HASH_STATE', {
  hashAlg: TPMI_ALG_HASH,
  lengthOctets: mapped(UINT64, (value: number) => BigInt(value), Number),
  chaining: sizedSecret('TPM2B_CHAINING', 64),
  pending: sizedSecret('TPM2B_PENDING', 128),
});

const HASHING = struct('HASH_OBJECT', {
  auth: TPM2B_AUTH,
  hashes: list('HASH_STATES', HASH_STATE, 4),
  key: optional(sizedSecret('TPM2B_SENSITIVE_DATA', 128)),
  isTicketSafe: optional(TPMI_YES_NO),
});

const CMAC = struct('CMAC_OBJECT', {
  auth: TPM2B_AUTH,
  algorithm: oneOf('CIPHER', UINT8, { TDES: 0, AES: 1, CAMELLIA: 2 }),
  key: sizedSecret('TPM2B_SYM_KEY', 32),
  chaining: sizedSecret('TPM2B_IV', 16),
  pending: sizedSecret('TPM2B_IV', 16),
});

const SEQUENCE_FIELDS = tagged(
  'SEQUENCE',
  'purpose',
  oneOf('PURPOSE', UINT8, { hash: 0, hmac: 1, event: 2, cmac: 3 }),
  { hash: HASHING, hmac: HASHING, event: HASHING, cmac: CMAC },
);

/** A sequence as a saved context holds it. */
export const SEQUENCE_STATE: Codec<SequenceObject> = mapped(
  SEQUENCE_FIELDS,
  (sequence: SequenceObject) => sequence,
  (fields) => ({ kind: 'sequence', ...fields }),
);

const POLICY_STATE = struct('POLICY', {
  digest: TPM2B_DIGEST,
  bound: optional(
    struct('BOUND', {
      kind: oneOf('BOUND_KIND', UINT8, { cpHash: 0, nameHash: 1, template: 2 }),
      digest: TPM2B_DIGEST,
    }),
  ),
  commandCode: optional(UINT32),
  pcrUpdateCounter: optional(UINT32),
  localities: optional(UINT8),
  timeoutMs: optional(UINT64),
  authorization: oneOf('AUTHORIZATION', UINT8, { none: 0, authValue: 1, password: 2 }),
  isPhysicalPresenceRequired: TPMI_YES_NO,
  nvWritten: optional(TPMI_YES_NO),
});

/** A session as a saved context holds it. */
export const SESSION_STATE: Codec<Session> = struct('SESSION', {
  kind: oneOf('SESSION_KIND', UINT8, { HMAC: 0, POLICY: 1, TRIAL: 3 }),
  authHash: TPMI_ALG_HASH,
  symmetric: TPMT_SYM_DEF_OR_NULL,
  sessionKey: sizedSecret('TPM2B_SESSION_KEY', 64),
  nonceTPM: TPM2B_NONCE,
  binding: optional(struct('BINDING', { name: TPM2B_NAME, auth: TPM2B_AUTH })),
  boundProtection: oneOf('PROTECTION', UINT8, { none: 0, dictionaryAttack: 1, lockout: 2 }),
  startTimeMs: UINT64,
  epoch: UINT32,
  auditDigest: optional(TPM2B_DIGEST),
  policy: optional(POLICY_STATE),
});
