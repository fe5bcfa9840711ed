import { PCR_COUNT } from '../structures/handles.ts';
import type { TpmtHa } from '../structures/base.ts';
import { DIGEST_SIZE, HASH_ALGS, type HashAlg } from '../structures/hashAlg.ts';
import { EMPTY_SECRET, type Secret } from '../structures/secret.ts';
import { timeAt } from './clock.ts';
import { NO_COMMITS } from './commits.ts';
import { healed, type DictionaryAttack } from './dictionaryAttack.ts';
import { NO_AUTHORIZATION, type Hierarchies } from './hierarchies.ts';
import { mapIndices, nvAfterClear } from './nv.ts';
import type { SequenceHash } from './objects.ts';
import { PCR_ATTRIBUTES, initialPcrValue, pcrAttributes, withValues, type Pcrs } from './pcrs.ts';
import { NO_SESSIONS } from './sessions.ts';
import type { Lifecycle, Tpm } from './tpm.ts';

/** How TPM2_Startup went on from the last shutdown. Part 1, 12.2.3 Startup */
export type StartupKind = 'reset' | 'restart' | 'resume';

/** The facts about power, startup and shutdown, and about the platform's own lines. */
export type LifecycleEvent =
  /** _TPM_Init: power is on (again); Clock stood at `clockMs`. */
  | { readonly type: 'Initialized'; readonly nowMs: number; readonly clockMs: bigint }
  | { readonly type: 'PoweredOff'; readonly nowMs: number; readonly clockMs: bigint }
  | {
      readonly type: 'StartedUp';
      readonly kind: StartupKind;
      /** 0 or 3; 4 when the platform measured before. */
      readonly locality: number;
      /** The NULL hierarchy of a TPM Reset. */
      readonly nullSeed?: Secret;
      readonly nullProof?: Secret;
      readonly safeAtMs: bigint | null;
      readonly failedTries: number;
    }
  | {
      readonly type: 'ShutDown';
      readonly shutdownType: 'clear' | 'state';
      readonly timeMs: bigint;
    }
  /** Something changed after the shutdown, so that it no longer describes the state. */
  | { readonly type: 'ShutdownCancelled' }
  | { readonly type: 'FailureModeEntered' }
  | { readonly type: 'PhysicalPresenceChanged'; readonly isAsserted: boolean }
  | {
      readonly type: 'NvAvailabilityChanged';
      readonly isAvailable: boolean;
      readonly nowMs: number;
    }
  | { readonly type: 'EstablishmentReset' }
  | { readonly type: 'LaunchStarted'; readonly hashes: readonly SequenceHash[] }
  | { readonly type: 'LaunchContinued'; readonly hashes: readonly SequenceHash[] }
  /** A command came between: the hash sequence counts for nothing. */
  | { readonly type: 'LaunchAbandoned' }
  /** The platform's hash sequence ended in `digests`: the new values of PCR 0 or 17. */
  | { readonly type: 'LaunchEnded'; readonly digests: readonly TpmtHa[] };

type Of<K extends LifecycleEvent['type']> = Extract<LifecycleEvent, { type: K }>;

function withLifecycle(tpm: Tpm, change: Partial<Lifecycle>): Tpm {
  return { ...tpm, lifecycle: { ...tpm.lifecycle, ...change } };
}

/** What each fact does to the TPM. */
export const lifecycleEvolvers = {
  Initialized: (tpm: Tpm, { nowMs, clockMs }: Of<'Initialized'>): Tpm => ({
    ...withLifecycle(tpm, { phase: 'initialized', launch: null, measuredBeforeStartup: null }),
    dictionaryAttack: dictionaryAttackAt(tpm, nowMs),
    clock: {
      ...tpm.clock,
      clockMs,
      setAtMs: nowMs,
      timeMs: 0n,
      timeSetAtMs: nowMs,
      stoppedAtMs: tpm.lifecycle.isNvAvailable ? null : nowMs,
      epoch: tpm.clock.epoch + 1,
      rateAdjust: 0,
    },
    pcrs: initializePcrs(tpm.pcrs, tpm.lifecycle.orderly === 'state'),
  }),
  PoweredOff: (tpm: Tpm, { nowMs, clockMs }: Of<'PoweredOff'>): Tpm => ({
    ...withLifecycle(tpm, { phase: 'off', launch: null }),
    dictionaryAttack: dictionaryAttackAt(tpm, nowMs),
    clock: { ...tpm.clock, clockMs, setAtMs: nowMs, stoppedAtMs: null },
  }),
  StartedUp: startUp,
  ShutDown: (tpm: Tpm, { shutdownType, timeMs }: Of<'ShutDown'>): Tpm => {
    const { restartCount } = tpm.clock;
    const saved = { timeMs, restartCount, pcrUpdateCounter: tpm.pcrs.updateCounter };
    const dictionaryAttack = { ...tpm.dictionaryAttack, isUsed: false };
    return { ...withLifecycle(tpm, { orderly: shutdownType, saved }), dictionaryAttack };
  },
  ShutdownCancelled: (tpm: Tpm): Tpm => withLifecycle(tpm, { orderly: 'none' }),
  FailureModeEntered: (tpm: Tpm): Tpm => withLifecycle(tpm, { phase: 'failed' }),
  PhysicalPresenceChanged: (tpm: Tpm, { isAsserted }: Of<'PhysicalPresenceChanged'>): Tpm =>
    withLifecycle(tpm, { isPhysicallyPresent: isAsserted }),
  NvAvailabilityChanged: changeNvAvailability,
  EstablishmentReset: (tpm: Tpm): Tpm => withLifecycle(tpm, { isEstablished: false }),
  LaunchStarted: (tpm: Tpm, { hashes }: Of<'LaunchStarted'>): Tpm =>
    withLifecycle(tpm, { launch: hashes }),
  LaunchContinued: (tpm: Tpm, { hashes }: Of<'LaunchContinued'>): Tpm =>
    withLifecycle(tpm, { launch: hashes }),
  LaunchAbandoned: (tpm: Tpm): Tpm => withLifecycle(tpm, { launch: null }),
  LaunchEnded: endLaunch,
};

/** Time and Clock stand still without NV memory. Part 1, 36 Timing Components */
function changeNvAvailability(tpm: Tpm, event: Of<'NvAvailabilityChanged'>): Tpm {
  const { isAvailable, nowMs } = event;
  const isRunning = isAvailable || tpm.lifecycle.phase === 'off';
  const clock = { ...tpm.clock, stoppedAtMs: isRunning ? null : nowMs };
  return { ...withLifecycle(tpm, { isNvAvailable: isAvailable }), clock };
}

/** Tries come back up to the moment at which Time ends. */
function dictionaryAttackAt(tpm: Tpm, nowMs: number): DictionaryAttack {
  if (tpm.lifecycle.phase !== 'started') return tpm.dictionaryAttack;
  return healed(tpm.dictionaryAttack, timeAt(tpm.clock, nowMs));
}

/** Before Startup the digests wait for it; after it PCR 17-22 start anew with them in PCR 17. */
function endLaunch(tpm: Tpm, { digests }: Of<'LaunchEnded'>): Tpm {
  const ended = withLifecycle(tpm, { launch: null, isEstablished: true });
  if (tpm.lifecycle.phase !== 'started') {
    return withLifecycle(ended, { measuredBeforeStartup: digests });
  }
  const pcrs = withValues(launchPcrs(tpm.pcrs), 17, digests);
  return {
    ...ended,
    pcrs: { ...pcrs, updateCounter: pcrs.updateCounter + digests.length },
    clock: { ...tpm.clock, restartCount: tpm.clock.restartCount + 1 },
  };
}

/** A dynamic launch: PCR 17-22 go to zero. */
function launchPcrs(pcrs: Pcrs): Pcrs {
  return mapPcrs(pcrs, (bank, pcr, value) =>
    pcrAttributes(pcr).isDrtm ? new Uint8Array(DIGEST_SIZE[bank]) : value,
  );
}

/** Before Startup: a new allocation is in force; all PCR that no shutdown saved are initial. */
function initializePcrs(pcrs: Pcrs, isSaved: boolean): Pcrs {
  const allocated = pcrs.nextAllocation ?? pcrs.allocated;
  const banks: Partial<Record<HashAlg, readonly Uint8Array[]>> = {};
  for (const bank of HASH_ALGS) {
    if (allocated[bank] === 0) continue;
    const before = pcrs.banks[bank];
    banks[bank] = Array.from({ length: PCR_COUNT }, (_, pcr) =>
      isSaved && before?.[pcr] !== undefined && pcrAttributes(pcr).isSaved
        ? before[pcr]
        : initialPcrValue(bank, pcr),
    );
  }
  return { ...pcrs, banks, allocated, nextAllocation: null };
}

function mapPcrs(
  pcrs: Pcrs,
  change: (bank: HashAlg, pcr: number, value: Uint8Array) => Uint8Array,
): Pcrs {
  const banks: Partial<Record<HashAlg, readonly Uint8Array[]>> = {};
  for (const bank of HASH_ALGS) {
    const values = pcrs.banks[bank];
    if (values !== undefined) banks[bank] = values.map((value, pcr) => change(bank, pcr, value));
  }
  return { ...pcrs, banks };
}

/**
 * PCR after Startup. Unless saved ones came back, all are initial, and PCR 0 tells from which
 * locality or what was measured before. Whatever is initial counts as a change.
 */
function pcrsAfter(tpm: Tpm, { kind, locality }: Of<'StartedUp'>): Pcrs {
  const { saved, measuredBeforeStartup } = tpm.lifecycle;
  const before = kind === 'reset' ? 0 : (saved?.pcrUpdateCounter ?? tpm.pcrs.updateCounter);
  const changed = PCR_ATTRIBUTES.filter(
    ({ isCounted, isSaved }) => isCounted && !(isSaved && kind === 'resume'),
  ).length;
  const updateCounter = before + changed;
  if (kind === 'resume') return { ...tpm.pcrs, updateCounter };
  const initial = mapPcrs(tpm.pcrs, (bank, pcr) => {
    const value = initialPcrValue(bank, pcr);
    if (pcr === 0) value[value.length - 1] = locality;
    return value;
  });
  const values = withValues(initial, 0, measuredBeforeStartup ?? []);
  return { ...values, updateCounter, auth: EMPTY_SECRET };
}

function startUp(tpm: Tpm, event: Of<'StartedUp'>): Tpm {
  const { kind, locality, safeAtMs } = event;
  const isOrderly = tpm.lifecycle.orderly !== 'none';
  const started = withLifecycle(tpm, {
    phase: 'started',
    orderly: 'none',
    saved: null,
    startupLocality: locality,
    isFirstStartupOrderly: isOrderly,
  });
  return {
    ...started,
    objects: { ...tpm.objects, transient: new Map() },
    sessions: sessionsAfter(tpm, kind),
    pcrs: pcrsAfter(tpm, event),
    hierarchies: hierarchiesAfter(tpm.hierarchies, event),
    nv:
      kind === 'resume'
        ? tpm.nv
        : mapIndices(tpm.nv, (index) => nvAfterClear(index, kind === 'reset', isOrderly)),
    clock: { ...tpm.clock, safeAtMs, ...countersAfter(tpm, kind) },
    dictionaryAttack: dictionaryAttackAfter(tpm, event),
    audit: kind === 'reset' ? { ...tpm.audit, digest: null } : tpm.audit,
    commits: kind === 'reset' ? NO_COMMITS : tpm.commits,
    stirred: EMPTY_SECRET,
  };
}

function countersAfter(tpm: Tpm, kind: StartupKind): Partial<Tpm['clock']> {
  const { resetCount, clearCount } = tpm.clock;
  const restartCount = (tpm.lifecycle.saved?.restartCount ?? tpm.clock.restartCount) + 1;
  if (kind === 'resume') return { restartCount };
  if (kind === 'restart') return { restartCount, clearCount: clearCount + 1 };
  return { resetCount: resetCount + 1, restartCount: 0, clearCount: 0 };
}

/**
 * Time starts anew, but what had run of a recovery up to a Shutdown is not lost. Without a Shutdown
 * it runs anew, and so does what began behind it. A lockoutRecovery of zero ends here. Part 1, 19.8
 * Dictionary Attack Protection
 */
function dictionaryAttackAfter(tpm: Tpm, { failedTries }: Of<'StartedUp'>): DictionaryAttack {
  const { dictionaryAttack, lifecycle } = tpm;
  const { sinceMs, lockoutAuthBlockedMs, lockoutRecoveryS } = dictionaryAttack;
  const endMs = lifecycle.orderly === 'none' ? null : (lifecycle.saved?.timeMs ?? null);
  const begunBefore = (atMs: bigint): bigint =>
    endMs === null || atMs > endMs ? 0n : atMs - endMs;
  const isUnblocked = lockoutAuthBlockedMs === null || lockoutRecoveryS === 0;
  return {
    ...dictionaryAttack,
    failedTries,
    sinceMs: begunBefore(sinceMs),
    lockoutAuthBlockedMs: isUnblocked ? null : begunBefore(lockoutAuthBlockedMs),
    isUsed: false,
  };
}

/** Loaded sessions are lost with power; saved ones can come back unless the TPM was reset. */
function sessionsAfter(tpm: Tpm, kind: StartupKind): Tpm['sessions'] {
  if (kind === 'reset') return NO_SESSIONS;
  return { ...tpm.sessions, loaded: new Map(), exclusiveAudit: null };
}

/** The platform hierarchy is enabled by any Startup, the others unless the state came back. */
function hierarchiesAfter(before: Hierarchies, event: Of<'StartedUp'>): Hierarchies {
  const platform = { ...before.platform, isEnabled: true };
  if (event.kind === 'resume') return { ...before, platform };
  const { nullSeed, nullProof } = event;
  return {
    ...before,
    owner: { ...before.owner, isEnabled: true },
    endorsement: { ...before.endorsement, isEnabled: true },
    platform: { ...platform, ...NO_AUTHORIZATION },
    null: {
      ...before.null,
      ...(nullSeed === undefined ? {} : { seed: nullSeed }),
      ...(nullProof === undefined ? {} : { proof: nullProof }),
    },
    isPlatformNvEnabled: true,
  };
}
