import { kdfa } from '../../crypto/kdf.ts';
import { TPMI_ALG_HASH } from '../../structures/algorithms.ts';
import { NV_TYPES, OBJECT, has } from '../../structures/attributes.ts';
import { TPM_SE } from '../../structures/base.ts';
import { TPM2B_ENCRYPTED_SECRET, TPM2B_NONCE } from '../../structures/buffers.ts';
import { DIGEST_SIZE, type HashAlg } from '../../structures/hashAlg.ts';
import {
  TPMI_DH_ENTITY_OR_NULL,
  TPMI_DH_OBJECT_OR_NULL,
  TPM_HT,
  TPM_RH,
  handleType,
} from '../../structures/handles.ts';
import { EMPTY, concat } from '../../structures/octets.ts';
import { TPMT_SYM_DEF_OR_NULL, type TpmtSymDef } from '../../structures/schemes.ts';
import { EMPTY_SECRET, Secret } from '../../structures/secret.ts';
import { TpmError, refuse } from '../../structures/tpmError.ts';
import { timeAt } from '../../tpm/clock.ts';
import {
  authKey,
  bindingOf,
  isDictionaryAttackProtected,
  nvIndexAt,
  slotAt,
} from '../../tpm/entities.ts';
import { nvType } from '../../tpm/nv.ts';
import { PROFILES } from '../../tpm/profile.ts';
import type { TpmObject } from '../../tpm/objects.ts';
import { decryptSecret } from '../../tpm/secretExchange.ts';
import {
  emptyPolicy,
  type BoundProtection,
  freeSession,
  type Session,
} from '../../tpm/sessions.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { answerHandle, command } from '../command.ts';

const NONCE_SIZE_MIN = 16;

/**
 * Starts an HMAC, policy or trial session. Its key comes from the authorization value of `bind` and
 * from the salt; it has none when there is neither.
 *
 * Refuses with SIZE a nonceCaller of less than 16 octets or more than a digest; with KEY, HANDLE or
 * ATTRIBUTES a tpmKey that is not asymmetric, has no sensitive area or does not decrypt; with VALUE
 * a salt without key, a key without salt and what does not decrypt; with HANDLE a `bind` whose
 * value cannot be known; with MODE a cipher in another mode than CFB; with SESSION_MEMORY,
 * CONTEXT_GAP or SESSION_HANDLES when there is no room.
 */
export const startAuthSession = command({
  code: 0x176,
  section: 'Part 3, 11.1 TPM2_StartAuthSession',
  handles: {
    tpmKey: { codec: TPMI_DH_OBJECT_OR_NULL },
    bind: { codec: TPMI_DH_ENTITY_OR_NULL },
  },
  parameters: {
    nonceCaller: TPM2B_NONCE,
    encryptedSalt: TPM2B_ENCRYPTED_SECRET,
    sessionType: TPM_SE,
    symmetric: TPMT_SYM_DEF_OR_NULL,
    authHash: TPMI_ALG_HASH,
  },
  responseHandle: 'sessionHandle',
  response: { nonceTPM: TPM2B_NONCE },
  decide: ({ tpmKey, bind, nonceCaller, encryptedSalt, ...rest }, tpm, { nowMs, entropy }) => {
    const { authHash, sessionType: kind, symmetric } = rest;
    const isNonceSize =
      nonceCaller.length >= NONCE_SIZE_MIN && nonceCaller.length <= DIGEST_SIZE[authHash];
    if (!isNonceSize) refuse('SIZE', { parameter: 1 });
    const salt = saltOf(tpm, tpmKey, encryptedSalt);
    checkBind(tpm, bind);
    checkMode(symmetric);
    const handle = freeSession(tpm.sessions, kind, PROFILES[tpm.profile].sessionSlots);
    const nonceTPM = entropy(nonceCaller.length);
    const hasKey = bind !== TPM_RH.NULL || tpmKey !== TPM_RH.NULL;
    const session: Session = {
      kind,
      authHash,
      symmetric,
      sessionKey: hasKey
        ? sessionKey(authHash, concat(authOf(tpm, bind), salt), nonceTPM, nonceCaller)
        : EMPTY_SECRET,
      nonceTPM,
      binding: kind === 'HMAC' && bind !== TPM_RH.NULL ? bindingOf(tpm, bind) : null,
      boundProtection: protectionOf(tpm, bind),
      startTimeMs: timeAt(tpm.clock, nowMs),
      epoch: tpm.clock.epoch,
      auditDigest: null,
      policy: kind === 'HMAC' ? null : emptyPolicy(DIGEST_SIZE[authHash]),
    };
    return answerHandle(handle, { nonceTPM }, { type: 'SessionStarted', handle, session });
  },
});

/** The salt that only the holder of tpmKey can read; no octets without a key. */
function saltOf(tpm: Tpm, tpmKey: number, encryptedSalt: Uint8Array): Uint8Array {
  if (tpmKey === TPM_RH.NULL) {
    if (encryptedSalt.length > 0) refuse('VALUE', { parameter: 2 });
    return EMPTY;
  }
  const key = slotAt(tpm, tpmKey);
  if (key.kind === 'sequence') refuse('KEY', { handle: 1 });
  const { type, objectAttributes } = key.publicArea;
  if (type !== 'RSA' && type !== 'ECC') refuse('KEY', { handle: 1 });
  if (encryptedSalt.length === 0) refuse('VALUE', { parameter: 2 });
  if (key.sensitive === null) refuse('HANDLE', { handle: 1 });
  if (!has(objectAttributes, OBJECT.decrypt)) refuse('ATTRIBUTES', { handle: 1 });
  return decryptedSalt(key, encryptedSalt);
}

/** However a salt cannot be decrypted, it is VALUE. */
function decryptedSalt(key: TpmObject, encryptedSalt: Uint8Array): Uint8Array {
  try {
    return decryptSecret(key, 'SECRET', encryptedSalt);
  } catch (error) {
    if (error instanceof TpmError) refuse('VALUE', { parameter: 2 });
    throw error;
  }
}

/** Refuses what a session cannot be bound to: its value is not here, or changes by its use. */
function checkBind(tpm: Tpm, bind: number): void {
  switch (handleType(bind)) {
    case TPM_HT.TRANSIENT: {
      const slot = slotAt(tpm, bind);
      if (slot.kind === 'object' && slot.sensitive === null) refuse('HANDLE', { handle: 2 });
      return;
    }
    case TPM_HT.NV_INDEX: {
      const type = nvType(nvIndexAt(tpm, bind).publicArea);
      const isPin = type === NV_TYPES.PIN_FAIL || type === NV_TYPES.PIN_PASS;
      if (isPin) refuse('HANDLE', { handle: 2 });
      return;
    }
    default:
  }
}

function checkMode(symmetric: TpmtSymDef): void {
  if (symmetric.algorithm === 'XOR' || symmetric.algorithm === 'NULL') return;
  if (symmetric.mode !== 'CFB') refuse('MODE', { parameter: 4 });
}

function authOf(tpm: Tpm, bind: number): Uint8Array {
  return bind === TPM_RH.NULL ? EMPTY : authKey(tpm, bind);
}

/** Part 1, 19.6.8 sessionKey Creation */
function sessionKey(
  authHash: HashAlg,
  key: Uint8Array,
  nonceTPM: Uint8Array,
  nonceCaller: Uint8Array,
): Secret {
  return new Secret(kdfa(authHash, key, 'ATH', nonceTPM, nonceCaller, DIGEST_SIZE[authHash] * 8));
}

function protectionOf(tpm: Tpm, bind: number): BoundProtection {
  if (bind === TPM_RH.LOCKOUT) return 'lockout';
  const isProtected = bind !== TPM_RH.NULL && isDictionaryAttackProtected(tpm, bind);
  return isProtected ? 'dictionaryAttack' : 'none';
}
