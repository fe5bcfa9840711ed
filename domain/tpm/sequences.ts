import { cmacFinish, cmacStart, cmacUpdate, type CmacState } from '../crypto/cmac.ts';
import {
  hashFinish,
  hashStart,
  hashUpdate,
  hmacFinish,
  hmacStart,
  type HashState,
} from '../crypto/sha.ts';
import { TPM_GENERATED_VALUE } from '../structures/attestation.ts';
import { HASH_ALGS, type HashAlg } from '../structures/hashAlg.ts';
import { sameOctets, stripTrailingZeros, u32 } from '../structures/octets.ts';
import { Secret, secret } from '../structures/secret.ts';
import type { MacKey } from './macKeys.ts';
import type { CmacSequence, HashSequence, SequenceHash, SequenceObject } from './objects.ts';

/** A running hash as it is kept: what was hashed may be secret, so its state is. */
export function kept({ alg, chaining, pending, lengthOctets }: HashState): SequenceHash {
  return {
    hashAlg: alg,
    lengthOctets,
    chaining: new Secret(chaining),
    pending: new Secret(pending),
  };
}

/** A running hash that was kept. */
export function running({ hashAlg, lengthOctets, chaining, pending }: SequenceHash): HashState {
  return { alg: hashAlg, lengthOctets, chaining: chaining.octets, pending: pending.octets };
}

/** A sequence that hashes with one algorithm. Part 1, 32.2 Hash Sequence */
export function hashSequence(auth: Secret, hashAlg: HashAlg): HashSequence {
  return sequence('hash', auth, [kept(hashStart(hashAlg))], null);
}

/** A sequence that hashes with all algorithms, for an event. Part 1, 32.4 Event Sequence */
export function eventSequence(auth: Secret): HashSequence {
  const hashes = HASH_ALGS.map((hashAlg) => kept(hashStart(hashAlg)));
  return sequence('event', auth, hashes, null);
}

/** A sequence that computes a MAC with a key. Part 1, 32.3 HMAC Sequence */
export function macSequence(auth: Secret, mac: MacKey): SequenceObject {
  if (mac.kind === 'hmac') {
    const { hashAlg, key } = mac;
    return sequence('hmac', auth, [kept(hmacStart(hashAlg, key))], new Secret(key));
  }
  const { algorithm, key } = mac;
  const [plain, state] = [authOf(auth), keptCmac(cmacStart(algorithm))];
  const secretKey = new Secret(key);
  return { kind: 'sequence', purpose: 'cmac', auth: plain, algorithm, key: secretKey, ...state };
}

function keptCmac({ chaining, pending }: CmacState) {
  return { chaining: new Secret(chaining), pending: new Secret(pending) };
}

function runningCmac({ chaining, pending }: CmacSequence): CmacState {
  return { chaining: chaining.octets, pending: pending.octets };
}

/** An authorization value without the zeros at its end. */
function authOf(auth: Secret): Secret {
  return secret(stripTrailingZeros(auth.octets));
}

function sequence(
  purpose: HashSequence['purpose'],
  auth: Secret,
  hashes: readonly SequenceHash[],
  key: Secret | null,
): HashSequence {
  return { kind: 'sequence', purpose, auth: authOf(auth), hashes, key, isTicketSafe: null };
}

/** The sequence with more data; of the first data it remembers whether a ticket can be given. */
export function updated<S extends SequenceObject>(object: S, data: Uint8Array): S;
export function updated(object: SequenceObject, data: Uint8Array): SequenceObject {
  if (object.purpose === 'cmac') {
    const { algorithm, key } = object;
    const state = cmacUpdate(runningCmac(object), algorithm, key.octets, data);
    return { ...object, ...keptCmac(state) };
  }
  return {
    ...object,
    hashes: object.hashes.map((hash) => kept(hashUpdate(running(hash), data))),
    isTicketSafe: object.isTicketSafe ?? isSafe(data),
  };
}

/** The digests of a sequence that ends here, in the order of the algorithm numbers; or its HMAC. */
export function finished({ hashes, key }: HashSequence): readonly {
  readonly hashAlg: HashAlg;
  readonly digest: Uint8Array;
}[] {
  return hashes.map((hash) => {
    const state = running(hash);
    const { hashAlg } = hash;
    return { hashAlg, digest: key === null ? hashFinish(state) : hmacFinish(state, key.octets) };
  });
}

/** The CMAC of a sequence that ends here. */
export function finishedCmac(object: CmacSequence): Uint8Array {
  return cmacFinish(runningCmac(object), object.algorithm, object.key.octets);
}

/**
 * True when data cannot be the beginning of a structure that the TPM itself makes, so that it may
 * be signed by a restricted key. Too few octets to tell are not safe. Part 1, 32.2 Hash Sequence
 */
export function isSafe(data: Uint8Array): boolean {
  return data.length >= 4 && !sameOctets(data.subarray(0, 4), u32(TPM_GENERATED_VALUE));
}
