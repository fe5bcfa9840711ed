import { kdfa } from '../crypto/kdf.ts';
import { scalarFromRandom } from '../crypto/scalars.ts';
import { COORDINATE_SIZE, type EccCurve } from '../structures/eccCurve.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { u16 } from '../structures/octets.ts';
import { Secret } from '../structures/secret.ts';

/**
 * One-time secrets that were committed to and not used yet, by their place among the last ones.
 * `counter` is the low half of how many commitments there were since TPM Reset: it tells them
 * apart. Part 1, C.2.2 Commit Random Value
 */
export type Commits = {
  readonly counter: number;
  readonly pending: ReadonlyMap<number, Commitment>;
};

/** What a one-time secret is derived from, and the counter at the time of the commitment. */
export type Commitment = { readonly counter: number; readonly nonce: Secret };

/**
 * The facts about one-time secrets. A fork uses none of its parent's: two signatures with one
 * one-time secret would tell the key.
 */
export type CommitEvent =
  | { readonly type: 'Committed'; readonly counter: number; readonly nonce: Secret }
  | { readonly type: 'CommitmentUsed'; readonly counter: number };

type Of<K extends CommitEvent['type']> = Extract<CommitEvent, { type: K }>;

/** What each fact does to the commitments. */
export const commitEvolvers = {
  Committed: ({ pending }: Commits, { counter, nonce }: Of<'Committed'>): Commits => ({
    counter: (counter + 1) % COUNTERS,
    pending: new Map(pending).set(counter % SPLIT_MAX, { counter, nonce }),
  }),
  CommitmentUsed: (commits: Commits, { counter }: Of<'CommitmentUsed'>): Commits => {
    const pending = new Map(commits.pending);
    pending.delete(counter % SPLIT_MAX);
    return { ...commits, pending };
  },
};

/** After TPM Reset. */
export const NO_COMMITS: Commits = { counter: 0, pending: new Map() };

/** How many commitments can wait to be used: TPM_PT_SPLIT_MAX. */
export const SPLIT_MAX = 128;
const COUNTERS = 0x10000;
const NONCE_SIZE = 64;
const EXTRA_SIZE = 8;
const HASH: HashAlg = 'SHA512';

/** A new commitment, and the fact of it. */
export function newCommitment(
  { counter }: Commits,
  entropy: (count: number) => Uint8Array,
): Of<'Committed'> {
  return { type: 'Committed', counter, nonce: new Secret(entropy(NONCE_SIZE)) };
}

/** The commitment with this counter, unless it was used or too many came after it. */
export function pendingCommitment({ pending }: Commits, counter: number): Commitment | null {
  const commitment = pending.get(counter % SPLIT_MAX);
  return commitment?.counter === counter ? commitment : null;
}

/**
 * The one-time secret of a commitment, from 1 to n - 1: another one for each curve and each key, by
 * its Name. The caller forgets it. Part 1, C.2.2 Commit Random Value
 */
export function commitScalar(
  { counter, nonce }: Commitment,
  curve: EccCurve,
  name: Uint8Array,
): Uint8Array {
  const bits = (COORDINATE_SIZE[curve] + EXTRA_SIZE) * 8;
  const octets = kdfa(HASH, nonce.octets, 'ECDAA Commit', name, u16(counter), bits);
  const scalar = scalarFromRandom(curve, octets);
  octets.fill(0);
  return scalar;
}
