import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { kdfa } from '../crypto/kdf.ts';
import { decryptCfb, encryptCfb } from '../crypto/symmetric.ts';
import { TPM2B_DIGEST } from '../structures/buffers.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { EMPTY, concat, u16, u32, u64 } from '../structures/octets.ts';
import { refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import { hierarchyAt } from './hierarchies.ts';
import { CONTEXT_HASH, type Tpm } from './tpm.ts';

/** What stands beside a saved context in the clear, and is bound to it. */
export type ContextHead = {
  readonly sequence: bigint;
  readonly savedHandle: number;
  readonly hierarchy: number;
};

/** The savedHandle of an object. */
export const SAVED_OBJECT = 0x80000000;
/** The savedHandle of a sequence. */
export const SAVED_SEQUENCE = 0x80000001;
/** The savedHandle of an object that a TPM Restart ends. */
export const SAVED_STCLEAR = 0x80000002;

const CONTEXT = { parameter: 1 } as const;
const KEY_BITS = 256;
const IV_SIZE = 16;
/** What is shorter is not even looked at. */
const BODY_SIZE_MIN = 14;
const MAC_SIZE = DIGEST_SIZE[CONTEXT_HASH];

/**
 * Wraps a state so that only this TPM takes it back, not after a TPM Reset, not in another
 * hierarchy or under another handle, and what is stClear not after a TPM Restart. The IV is random:
 * a fork counts on from the same number under the same proofs. Part 1, 30.3 Context Blobs
 */
export function wrapContext(
  tpm: Tpm,
  head: ContextHead,
  state: Uint8Array,
  entropy: (count: number) => Uint8Array,
): Uint8Array {
  const iv = entropy(IV_SIZE);
  const encrypted = concat(iv, encryptCfb('AES', keyOf(tpm, head), iv, state));
  const integrity = integrityOf(tpm, head, encrypted);
  return concat(u16(integrity.length), integrity, encrypted);
}

/**
 * The state in the context at parameter 1. Refuses with SIZE or INSUFFICIENT what is no context,
 * with INTEGRITY what is not as it was.
 */
export function unwrapContext(tpm: Tpm, head: ContextHead, blob: Uint8Array): Uint8Array {
  const reader = new Reader(blob);
  const integrity = TPM2B_DIGEST.unmarshal(reader);
  if (integrity.length !== MAC_SIZE || reader.remaining < BODY_SIZE_MIN) refuse('SIZE', CONTEXT);
  const encrypted = reader.peekRest();
  if (!equalOctets(integrity, integrityOf(tpm, head, encrypted))) refuse('INTEGRITY', CONTEXT);
  const iv = encrypted.subarray(0, IV_SIZE);
  return decryptCfb('AES', keyOf(tpm, head), iv, encrypted.subarray(IV_SIZE));
}

function keyOf(tpm: Tpm, { sequence, savedHandle, hierarchy }: ContextHead): Uint8Array {
  const { proof } = hierarchyAt(tpm.hierarchies, hierarchy);
  const context = concat(tpm.hierarchies.null.proof.octets, u32(savedHandle));
  return kdfa(CONTEXT_HASH, proof.octets, 'CONTEXT', u64(sequence), context, KEY_BITS);
}

function integrityOf(tpm: Tpm, head: ContextHead, encrypted: Uint8Array): Uint8Array {
  const { proof } = hierarchyAt(tpm.hierarchies, head.hierarchy);
  const { sequence, savedHandle } = head;
  const restarts = savedHandle === SAVED_STCLEAR ? u32(tpm.clock.clearCount) : EMPTY;
  const moment = concat(tpm.hierarchies.null.proof.octets, restarts);
  const bound = concat(u64(sequence), u32(savedHandle), u32(head.hierarchy));
  return hmac(CONTEXT_HASH, proof.octets, moment, bound, encrypted);
}
