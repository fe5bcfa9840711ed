import { digest } from '../crypto/hash.ts';
import { kdfa } from '../crypto/kdf.ts';
import { TPMS_ATTEST, type Attested, type TpmsAttest } from '../structures/attestation.ts';
import { toOctets } from '../structures/codec.ts';
import { TPM_RH } from '../structures/handles.ts';
import { EMPTY, u32 } from '../structures/octets.ts';
import type { TpmtSigScheme, TpmtSignature } from '../structures/schemes.ts';
import { Reader } from '../structures/wire.ts';
import { timeInfo } from './clock.ts';
import type { TpmEvent } from './evolve.ts';
import type { TpmObject } from './objects.ts';
import { hashOf, signDigest } from './signing.ts';
import { CONTEXT_HASH, type Tpm } from './tpm.ts';
import { VENDOR } from './vendor.ts';

/** Who attests, how and when: the key of the command with the scheme selected for it. */
export type Signer = {
  /** Null for TPM_RH_NULL: the structure is given without a signature. */
  readonly key: TpmObject | null;
  readonly scheme: TpmtSigScheme;
  readonly qualifyingData: Uint8Array;
};

/** What attesting takes from the circumstances. */
type Moment = {
  readonly nowMs: number;
  readonly entropy: (count: number) => Uint8Array;
};

/** A TPMS_ATTEST in octets with its signature, and the facts of having made it. */
export type Attestation = {
  readonly attest: Uint8Array;
  readonly signature: TpmtSignature;
  readonly events: readonly TpmEvent[];
};

/**
 * Signs that something is so. What it says of Clock no longer fits a shutdown that was recorded
 * before, which is therefore cancelled. Part 3, 18.1 Introduction
 */
export function attest(
  tpm: Tpm,
  { key, scheme, qualifyingData }: Signer,
  attested: Attested,
  { nowMs, entropy }: Moment,
): Attestation {
  const isAnonymous = scheme.scheme === 'ECDAA';
  const qualifiedSigner = signerName(key, isAnonymous);
  const { clockInfo } = timeInfo(tpm.clock, nowMs);
  const plain = { ...clockInfo, firmwareVersion: VENDOR.firmwareVersion };
  const { firmwareVersion, ...clock } = isPrivacySensitive(key)
    ? obfuscated(tpm, qualifiedSigner, plain)
    : plain;
  const extraData = isAnonymous ? EMPTY : qualifyingData;
  const head = { qualifiedSigner, extraData, clockInfo: clock, firmwareVersion };
  const octets = toOctets(TPMS_ATTEST, { ...head, ...attested } satisfies TpmsAttest);
  const hashAlg = hashOf(scheme);
  const hashed = hashAlg === null ? EMPTY : digest(hashAlg, octets);
  // What an anonymous structure does not show is signed all the same.
  const isMixed = hashAlg !== null && isAnonymous && qualifyingData.length > 0;
  const toSign = isMixed ? digest(hashAlg, qualifyingData, hashed) : hashed;
  const signed = signDigest(tpm, key, scheme, toSign, entropy);
  const isCancelling = key !== null && tpm.lifecycle.orderly !== 'none';
  const cancelled: readonly TpmEvent[] = isCancelling ? [{ type: 'ShutdownCancelled' }] : [];
  return { attest: octets, signature: signed.signature, events: [...signed.events, ...cancelled] };
}

/** Whose signature it is; an anonymous one does not tell. Part 1, C.4.2 ECDAA */
function signerName(key: TpmObject | null, isAnonymous: boolean): Uint8Array {
  if (key === null) return u32(TPM_RH.NULL);
  return isAnonymous ? EMPTY : key.qualifiedName;
}

/** Keys of the owner must not be linked by the counters that they all report. */
function isPrivacySensitive(key: TpmObject | null): boolean {
  return key?.hierarchy !== TPM_RH.ENDORSEMENT && key?.hierarchy !== TPM_RH.PLATFORM;
}

type Reported = {
  readonly clock: bigint;
  readonly resetCount: number;
  readonly restartCount: number;
  readonly safe: boolean;
  readonly firmwareVersion: bigint;
};

/**
 * The counters and the firmware version, each moved by an amount that is the same for a key at all
 * times and tells nothing of it. Part 1, 36.7 Clock and Counter Obfuscation
 */
function obfuscated(tpm: Tpm, qualifiedSigner: Uint8Array, plain: Reported): Reported {
  const proof = tpm.hierarchies.owner.proof.octets;
  const mask = new Reader(kdfa(CONTEXT_HASH, proof, 'OBFUSCATE', qualifiedSigner, EMPTY, 128));
  return {
    ...plain,
    firmwareVersion: BigInt.asUintN(64, plain.firmwareVersion + mask.u64()),
    resetCount: (plain.resetCount + mask.u32()) >>> 0,
    restartCount: (plain.restartCount + mask.u32()) >>> 0,
  };
}
