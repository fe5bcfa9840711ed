import { digest } from '../crypto/hash.ts';
import { hashFinish, hashStart, hashUpdate, type HashState } from '../crypto/sha.ts';
import type { Circumstances } from '../commands/circumstances.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../structures/hashAlg.ts';
import { Secret, secret } from '../structures/secret.ts';
import { clockAt } from '../tpm/clock.ts';
import type { TpmEvent } from '../tpm/evolve.ts';
import type { SequenceHash } from '../tpm/objects.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { Signal, SignalOutcome } from './signals.ts';

/** What became of a signal: its facts, and how it ended. */
export type Indication = { readonly events: readonly TpmEvent[]; readonly outcome: SignalOutcome };

/** PCR that a hash sequence of the platform is measured into: after Startup, and before it. */
const DYNAMIC_ROOT = 17;
const STATIC_ROOT = 0;

function done(...events: readonly TpmEvent[]): Indication {
  return { events, outcome: 'done' };
}

const NOT_POWERED: Indication = { events: [], outcome: 'notPowered' };

/**
 * Decides a signal of the platform. Without power only power itself, the NV line and the cancel
 * line mean anything, and none to a TPM that was retired. Part 1, 12.2 Initialization
 */
export function indicate(tpm: Tpm, signal: Signal, circumstances: Circumstances): Indication {
  const { lifecycle, identity } = tpm;
  const isPowered = lifecycle.phase !== 'off';
  switch (signal.type) {
    case 'Init':
      return identity.isRetired ? NOT_POWERED : done(powerEvent(tpm, 'Initialized', circumstances));
    case 'PowerOff':
      return isPowered ? done(powerEvent(tpm, 'PoweredOff', circumstances)) : done();
    case 'NvAvailable':
      return signal.isAvailable === lifecycle.isNvAvailable
        ? done()
        : done(nvAvailabilityChanged(signal.isAvailable, circumstances));
    case 'Cancel': // a decision is never under way when a signal comes
      return done();
    default:
      return isPowered ? indicatePowered(tpm, signal) : NOT_POWERED;
  }
}

type PoweredSignal = Exclude<Signal, { type: 'Init' | 'PowerOff' | 'NvAvailable' | 'Cancel' }>;

function indicatePowered(tpm: Tpm, signal: PoweredSignal): Indication {
  const { lifecycle } = tpm;
  switch (signal.type) {
    case 'HashStart':
      return done(...hashStarted(tpm));
    case 'HashData':
      return done(...hashContinued(tpm, signal.data));
    case 'HashEnd':
      return done(...hashEnded(tpm));
    case 'EstablishmentReset':
      if (signal.locality !== 3 && signal.locality !== 4) {
        return { events: [], outcome: 'badLocality' };
      }
      return lifecycle.isEstablished ? done({ type: 'EstablishmentReset' }) : done();
    case 'PhysicalPresence':
      return signal.isAsserted === lifecycle.isPhysicallyPresent
        ? done()
        : done({ type: 'PhysicalPresenceChanged', isAsserted: signal.isAsserted });
    case 'FailureMode':
      return lifecycle.phase === 'failed' ? done() : done({ type: 'FailureModeEntered' });
  }
}

function nvAvailabilityChanged(isAvailable: boolean, { nowMs }: Circumstances): TpmEvent {
  return { type: 'NvAvailabilityChanged', isAvailable, nowMs };
}

/** Clock stands still while power is off. */
function powerEvent(
  { clock, lifecycle }: Tpm,
  type: 'Initialized' | 'PoweredOff',
  { nowMs }: Circumstances,
): TpmEvent {
  const clockMs = lifecycle.phase === 'off' ? clock.clockMs : clockAt(clock, nowMs);
  return { type, nowMs, clockMs };
}

/** Part 3, 22.9 _TPM_Hash_Start: a running hash for each bank that holds the PCR. */
function hashStarted({ pcrs, lifecycle }: Tpm): readonly TpmEvent[] {
  if (lifecycle.phase === 'failed') return [];
  const pcr = rootOf(lifecycle.phase);
  const banks = HASH_ALGS.filter((bank) => ((pcrs.allocated[bank] >>> pcr) & 1) === 1);
  return [{ type: 'LaunchStarted', hashes: banks.map((bank) => sequenceHash(hashStart(bank))) }];
}

/** Part 3, 22.10 _TPM_Hash_Data; without a sequence it means nothing. */
function hashContinued({ lifecycle }: Tpm, data: Uint8Array): readonly TpmEvent[] {
  const { launch } = lifecycle;
  if (launch === null || data.length === 0) return [];
  const hashes = launch.map((hash) => sequenceHash(hashUpdate(hashState(hash), data)));
  return [{ type: 'LaunchContinued', hashes }];
}

/**
 * Part 3, 22.11 _TPM_Hash_End: what was hashed is extended into a PCR that starts at zero, or at 4
 * before Startup, which tells of locality 4.
 */
function hashEnded({ lifecycle }: Tpm): readonly TpmEvent[] {
  const { launch, phase } = lifecycle;
  if (launch === null) return [];
  const digests = launch.map((hash) => {
    const { hashAlg } = hash;
    const initial = new Uint8Array(DIGEST_SIZE[hashAlg]);
    if (rootOf(phase) === STATIC_ROOT) initial[initial.length - 1] = 4;
    return { hashAlg, digest: digest(hashAlg, initial, hashFinish(hashState(hash))) };
  });
  return [{ type: 'LaunchEnded', digests }];
}

function rootOf(phase: Tpm['lifecycle']['phase']): number {
  return phase === 'started' ? DYNAMIC_ROOT : STATIC_ROOT;
}

function hashState({ hashAlg, chaining, pending, lengthOctets }: SequenceHash): HashState {
  return { alg: hashAlg, chaining: chaining.octets, pending: pending.octets, lengthOctets };
}

function sequenceHash({ alg, chaining, pending, lengthOctets }: HashState): SequenceHash {
  return {
    hashAlg: alg,
    chaining: new Secret(chaining),
    pending: secret(pending),
    lengthOctets,
  };
}
