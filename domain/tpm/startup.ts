import { NV, NV_TYPES, has, withoutBits } from '../structures/attributes.ts';
import { PCR_COUNT, TPM_RH } from '../structures/handles.ts';
import type { TpmtHa } from '../structures/base.ts';
import { DIGEST_SIZE, HASH_ALGS, type HashAlg } from '../structures/hashAlg.ts';
import { EMPTY_SECRET, Secret } from '../structures/secret.ts';
import { NO_AUTHORIZATION, withHierarchy } from './hierarchies.ts';
import { mapIndices, nvType, type NvIndex } from './nv.ts';
import { keepObjects, type SequenceHash } from './objects.ts';
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
      readonly locality: number;
      readonly nullSeed: Secret;
      readonly nullProof: Secret;
      readonly safeAtMs: bigint | null;
      readonly failedTries: number;
    }
  | { readonly type: 'ShutDown'; readonly shutdownType: 'clear' | 'state' }
  /** Something changed after the shutdown, so that it no longer describes the state. */
  | { readonly type: 'ShutdownCancelled' }
  | { readonly type: 'FailureModeEntered' }
  | { readonly type: 'PhysicalPresenceChanged'; readonly isAsserted: boolean }
  | { readonly type: 'NvAvailabilityChanged'; readonly isAvailable: boolean }
  | { readonly type: 'EstablishmentReset' }
  | { readonly type: 'LaunchStarted'; readonly hashes: readonly SequenceHash[] }
  | { readonly type: 'LaunchContinued'; readonly hashes: readonly SequenceHash[] }
  /** The platform's hash sequence ended in `digests`: the new values of PCR 0 or 17. */
  | { readonly type: 'LaunchEnded'; readonly digests: readonly TpmtHa[] };

type Of<K extends LifecycleEvent['type']> = Extract<LifecycleEvent, { type: K }>;

function withLifecycle(tpm: Tpm, change: Partial<Lifecycle>): Tpm {
  return { ...tpm, lifecycle: { ...tpm.lifecycle, ...change } };
}

/** What each fact does to the TPM. */
export const lifecycleEvolvers = {
  Initialized: (tpm: Tpm, { nowMs, clockMs }: Of<'Initialized'>): Tpm => ({
    ...withLifecycle(tpm, { phase: 'initialized', launch: null, isMeasuredBeforeStartup: false }),
    clock: { ...tpm.clock, clockMs, setAtMs: nowMs, poweredAtMs: nowMs, rateAdjust: 0 },
    pcrs: initializePcrs(tpm.pcrs, tpm.lifecycle.orderly === 'state'),
  }),
  PoweredOff: (tpm: Tpm, { nowMs, clockMs }: Of<'PoweredOff'>): Tpm => ({
    ...withLifecycle(tpm, { phase: 'off', launch: null }),
    clock: { ...tpm.clock, clockMs, setAtMs: nowMs },
  }),
  StartedUp: startUp,
  ShutDown: (tpm: Tpm, { shutdownType }: Of<'ShutDown'>): Tpm =>
    withLifecycle(tpm, { orderly: shutdownType }),
  ShutdownCancelled: (tpm: Tpm): Tpm => withLifecycle(tpm, { orderly: 'none' }),
  FailureModeEntered: (tpm: Tpm): Tpm => withLifecycle(tpm, { phase: 'failed' }),
  PhysicalPresenceChanged: (tpm: Tpm, { isAsserted }: Of<'PhysicalPresenceChanged'>): Tpm =>
    withLifecycle(tpm, { isPhysicallyPresent: isAsserted }),
  NvAvailabilityChanged: (tpm: Tpm, { isAvailable }: Of<'NvAvailabilityChanged'>): Tpm =>
    withLifecycle(tpm, { isNvAvailable: isAvailable }),
  EstablishmentReset: (tpm: Tpm): Tpm => withLifecycle(tpm, { isEstablished: false }),
  LaunchStarted: (tpm: Tpm, { hashes }: Of<'LaunchStarted'>): Tpm => {
    const launched = withLifecycle(tpm, { launch: hashes });
    return tpm.lifecycle.phase === 'started'
      ? { ...launched, pcrs: launchPcrs(tpm.pcrs) }
      : launched;
  },
  LaunchContinued: (tpm: Tpm, { hashes }: Of<'LaunchContinued'>): Tpm =>
    withLifecycle(tpm, { launch: hashes }),
  LaunchEnded: endLaunch,
};

function endLaunch(tpm: Tpm, { digests }: Of<'LaunchEnded'>): Tpm {
  if (tpm.lifecycle.phase !== 'started') {
    const measured = withLifecycle(tpm, {
      launch: null,
      isEstablished: true,
      isMeasuredBeforeStartup: true,
    });
    return { ...measured, pcrs: withValues(tpm.pcrs, 0, digests) };
  }
  return {
    ...withLifecycle(tpm, { launch: null, isEstablished: true, orderly: 'none' }),
    pcrs: withValues(tpm.pcrs, 17, digests),
    clock: { ...tpm.clock, restartCount: tpm.clock.restartCount + 1 },
  };
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

/** A dynamic launch: PCR 17-22 go to zero before they are measured into. */
function launchPcrs(pcrs: Pcrs): Pcrs {
  const banks = { ...pcrs.banks };
  for (const bank of HASH_ALGS) {
    const zero = new Uint8Array(DIGEST_SIZE[bank]);
    const values = banks[bank];
    if (values === undefined) continue;
    banks[bank] = values.map((value, pcr) => (pcrAttributes(pcr).isDrtm ? zero : value));
  }
  return { ...pcrs, banks };
}

/** PCR after TPM2_Startup(CLEAR): PCR 0 tells from which locality or that it was measured before. */
function clearedPcrs(tpm: Tpm, locality: number): Pcrs {
  const { isMeasuredBeforeStartup } = tpm.lifecycle;
  const banks = { ...tpm.pcrs.banks };
  for (const bank of HASH_ALGS) {
    const before = banks[bank];
    if (before === undefined) continue;
    banks[bank] = before.map((value, pcr) => {
      if (pcr !== 0) return initialPcrValue(bank, pcr);
      if (isMeasuredBeforeStartup) return value;
      const first = initialPcrValue(bank, pcr);
      first[first.length - 1] = locality;
      return first;
    });
  }
  const counted = PCR_ATTRIBUTES.filter(({ isCounted }) => isCounted).length;
  return { ...tpm.pcrs, banks, updateCounter: counted };
}

function startUp(tpm: Tpm, event: Of<'StartedUp'>): Tpm {
  const { kind, locality, safeAtMs } = event;
  const isFirstStartupOrderly = tpm.lifecycle.orderly !== 'none';
  const started = withLifecycle(tpm, {
    phase: 'started',
    orderly: 'none',
    startupLocality: locality,
    isFirstStartupOrderly,
  });
  const isClear = kind !== 'resume';
  const objects = keepObjects({ ...tpm.objects, transient: new Map() }, () => true);
  const { dictionaryAttack } = tpm;
  return {
    ...started,
    objects,
    sessions: sessionsAfter(tpm, kind),
    pcrs: isClear ? clearedPcrs(tpm, locality) : tpm.pcrs,
    hierarchies: isClear ? hierarchiesAfterClear(tpm, event) : tpm.hierarchies,
    nv: isClear
      ? mapIndices(tpm.nv, (index) => nvAfterClear(index, isFirstStartupOrderly))
      : tpm.nv,
    clock: { ...tpm.clock, safeAtMs, ...countersAfter(tpm, kind) },
    dictionaryAttack: {
      ...dictionaryAttack,
      failedTries: event.failedTries,
      sinceMs: 0n,
      lockoutAuthBlockedMs:
        dictionaryAttack.lockoutAuthBlockedMs === null || dictionaryAttack.lockoutRecoveryS === 0
          ? null
          : 0n,
    },
    audit: kind === 'reset' ? { ...tpm.audit, digest: null } : tpm.audit,
    stirred: EMPTY_SECRET,
  };
}

function countersAfter(tpm: Tpm, kind: StartupKind): Partial<Tpm['clock']> {
  const { resetCount, restartCount, clearCount } = tpm.clock;
  if (kind === 'resume') return { restartCount: restartCount + 1 };
  if (kind === 'restart') return { restartCount: restartCount + 1, clearCount: clearCount + 1 };
  return { resetCount: resetCount + 1, restartCount: 0, clearCount: clearCount + 1 };
}

/** Loaded sessions are lost with power; saved ones can come back unless the TPM was reset. */
function sessionsAfter(tpm: Tpm, kind: StartupKind): Tpm['sessions'] {
  if (kind === 'reset') return NO_SESSIONS;
  return { ...tpm.sessions, loaded: new Map(), exclusiveAudit: null };
}

function hierarchiesAfterClear(tpm: Tpm, event: Of<'StartedUp'>): Tpm['hierarchies'] {
  let hierarchies = { ...tpm.hierarchies, isPlatformNvEnabled: true };
  for (const handle of [TPM_RH.OWNER, TPM_RH.ENDORSEMENT]) {
    hierarchies = {
      ...withHierarchy(hierarchies, handle, { isEnabled: true }),
      isPlatformNvEnabled: true,
    };
  }
  const platform = { ...hierarchies.platform, isEnabled: true, ...NO_AUTHORIZATION };
  const fresh = {
    seed: event.nullSeed,
    proof: event.nullProof,
    isEnabled: true,
    ...NO_AUTHORIZATION,
  };
  return { ...hierarchies, platform, null: event.kind === 'reset' ? fresh : hierarchies.null };
}

/**
 * An NV index after TPM2_Startup(CLEAR): read locks open, write locks unless for good, and what was
 * not to outlive the power is unwritten. An orderly counter that nobody saved jumps over what it may
 * have counted. Part 1, 37.7 NV Index Values on Startup
 */
function nvAfterClear(index: NvIndex, isOrderly: boolean): NvIndex {
  const { publicArea } = index;
  let { attributes } = publicArea;
  attributes = withoutBits(attributes, NV.READLOCKED);
  const isLockedForGood = has(attributes, NV.WRITEDEFINE) && has(attributes, NV.WRITTEN);
  if (!isLockedForGood) attributes = withoutBits(attributes, NV.WRITELOCKED);
  if (has(attributes, NV.CLEAR_STCLEAR)) attributes = withoutBits(attributes, NV.WRITTEN);
  const isLost = has(attributes, NV.ORDERLY) && !isOrderly;
  if (!isLost) return { ...index, publicArea: { ...publicArea, attributes } };
  if (nvType(publicArea) !== NV_TYPES.COUNTER) {
    attributes = withoutBits(attributes, NV.WRITTEN);
    return { ...index, publicArea: { ...publicArea, attributes } };
  }
  const data = index.data.octets.slice();
  data[data.length - 1] = 0xff;
  return { ...index, publicArea: { ...publicArea, attributes }, data: new Secret(data) };
}
