import type { HashAlg } from '../structures/hashAlg.ts';
import type { Withheld } from '../structures/wire.ts';
import { ALL_PCRS } from './pcrs.ts';

/**
 * The profiles that a TPM can be made with. `swtpm` has its resource limits and key sizes, for
 * comparison.
 */
export type ProfileName = 'default' | 'swtpm';

/**
 * What differs between profiles: how many objects and sessions fit, whether lineage shows, and what
 * the codecs know but its TPMs refuse as if they did not.
 */
export type Profile = {
  readonly transientSlots: number;
  readonly sessionSlots: number;
  readonly hasLineageIndices: boolean;
  readonly withheld: Withheld;
  /** Has commands that the reference does not have. */
  readonly isBeyondReference: boolean;
};

/** The profiles by name. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  default: {
    transientSlots: 64,
    sessionSlots: 64,
    hasLineageIndices: true,
    withheld: new Set(),
    isBeyondReference: true,
  },
  swtpm: {
    transientSlots: 3,
    sessionSlots: 3,
    hasLineageIndices: false,
    withheld: new Set(['AES-192', 'CAMELLIA-192', 'RSA-4096']),
    isBeyondReference: false,
  },
};

/** Persistent objects that fit, whatever the profile. */
export const PERSISTENT_SLOTS = 64;

/** NV indices that fit. */
export const NV_INDICES_MAX = 256;

/** The banks with all their PCR allocated, as manufactured. */
export const DEFAULT_ALLOCATION: Readonly<Record<HashAlg, number>> = {
  SHA1: ALL_PCRS,
  SHA256: ALL_PCRS,
  SHA384: ALL_PCRS,
  SHA512: ALL_PCRS,
};
