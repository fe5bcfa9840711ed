import { NV_TYPES } from '../../structures/attributes.ts';
import { TPM_ALG, TPM_ECC_CURVE } from '../../structures/algorithms.ts';
import { CAP_BUFFER_MAX, type TpmsTaggedProperty } from '../../structures/capabilityData.ts';
import { ACTIVE_SESSIONS_MAX, PCR_COUNT, TPM_RH } from '../../structures/handles.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { NV_INDEX_SIZE_MAX } from '../../structures/nvPublic.ts';
import { CLOCK_UPDATE_MS, timeAt } from '../../tpm/clock.ts';
import { SPLIT_MAX } from '../../tpm/commits.ts';
import { failedTriesAt, isInLockout } from '../../tpm/dictionaryAttack.ts';
import { isHierarchyUsable } from '../../tpm/hierarchies.ts';
import { ORDERLY_COUNT, nvType } from '../../tpm/nv.ts';
import { NV_BUFFER_MAX } from '../../tpm/nvAccess.ts';
import { NV_INDICES_MAX, PERSISTENT_SLOTS, PROFILES } from '../../tpm/profile.ts';
import { CONTEXT_HASH, type Tpm } from '../../tpm/tpm.ts';
import { VENDOR } from '../../tpm/vendor.ts';
import type { Command } from '../command.ts';

/** What properties are worked out from. */
export type PropertyFacts = {
  readonly tpm: Tpm;
  readonly nowMs: number;
  readonly table: readonly Command[];
};

type PropertyRow = {
  readonly offset: number;
  readonly value: number | ((facts: PropertyFacts) => number);
};

/** The groups of properties: a request never leaves the group that it begins in. */
const GROUP_SIZE = 256;
const PT_FIXED = GROUP_SIZE;
const PT_VAR = 2 * GROUP_SIZE;

/** Persistent objects that fit at the least, as the PC Client profile asks. */
const PERSISTENT_MIN = 7;
const COMMAND_SIZE_MAX = 4096;
/** The largest saved context: a TPM2B_CONTEXT_DATA and what stands before it. */
const CONTEXT_SIZE_MAX = 3618;
/** Bits of TPMA_MEMORY: NV shared between uses, persistent objects copied into slots. */
const MEMORY = 0b110;

const COUNT_OF_ALL = ({ table }: PropertyFacts): number => table.length;

/** Properties that never change, by their distance from PT_FIXED. Part 2, 6.13 TPM_PT */
const FIXED: readonly PropertyRow[] = [
  { offset: 0, value: VENDOR.family },
  { offset: 1, value: 0 },
  { offset: 2, value: VENDOR.revision },
  { offset: 3, value: VENDOR.dayOfYear },
  { offset: 4, value: VENDOR.year },
  { offset: 5, value: VENDOR.manufacturer },
  ...VENDOR.vendorStrings.map((value, i) => ({ offset: 6 + i, value })),
  { offset: 10, value: VENDOR.tpmType },
  { offset: 11, value: Number(VENDOR.firmwareVersion >> 32n) },
  { offset: 12, value: Number(VENDOR.firmwareVersion & 0xffffffffn) },
  { offset: 13, value: 1024 }, // INPUT_BUFFER
  { offset: 14, value: ({ tpm }) => PROFILES[tpm.profile].transientSlots },
  { offset: 15, value: PERSISTENT_MIN },
  { offset: 16, value: ({ tpm }) => PROFILES[tpm.profile].sessionSlots },
  { offset: 17, value: ACTIVE_SESSIONS_MAX },
  { offset: 18, value: PCR_COUNT },
  { offset: 19, value: PCR_COUNT / 8 },
  { offset: 20, value: 0xffff }, // CONTEXT_GAP_MAX
  { offset: 22, value: 0 }, // NV_COUNTERS_MAX: no limit of their own
  { offset: 23, value: NV_INDEX_SIZE_MAX },
  { offset: 24, value: MEMORY },
  { offset: 25, value: Number(CLOCK_UPDATE_MS) },
  { offset: 26, value: TPM_ALG[CONTEXT_HASH] },
  { offset: 27, value: TPM_ALG.AES },
  { offset: 28, value: 256 }, // CONTEXT_SYM_SIZE, in bits
  { offset: 29, value: ORDERLY_COUNT },
  { offset: 30, value: COMMAND_SIZE_MAX },
  { offset: 31, value: COMMAND_SIZE_MAX },
  { offset: 32, value: Math.max(...Object.values(DIGEST_SIZE)) },
  { offset: 33, value: CONTEXT_SIZE_MAX },
  { offset: 34, value: CONTEXT_SIZE_MAX },
  { offset: 35, value: VENDOR.platformFamily },
  { offset: 36, value: 0 },
  { offset: 37, value: VENDOR.platformRevision },
  { offset: 38, value: VENDOR.platformDayOfYear },
  { offset: 39, value: VENDOR.platformYear },
  { offset: 40, value: SPLIT_MAX },
  { offset: 41, value: COUNT_OF_ALL },
  { offset: 42, value: COUNT_OF_ALL },
  { offset: 43, value: 0 },
  { offset: 44, value: NV_BUFFER_MAX },
  { offset: 45, value: 0 }, // MODES: neither FIPS 140-2 nor 140-3
  { offset: 46, value: CAP_BUFFER_MAX },
];

/** Properties of the moment, by their distance from PT_VAR. Part 2, 6.13 TPM_PT */
const VARIABLE: readonly PropertyRow[] = [
  { offset: 0, value: permanent },
  { offset: 1, value: startupClear },
  { offset: 2, value: ({ tpm }) => tpm.nv.indices.size },
  { offset: 3, value: ({ tpm }) => tpm.sessions.loaded.size },
  { offset: 4, value: ({ tpm }) => sessionSlots(tpm) - tpm.sessions.loaded.size },
  { offset: 5, value: ({ tpm }) => activeSessions(tpm) },
  { offset: 6, value: ({ tpm }) => ACTIVE_SESSIONS_MAX - activeSessions(tpm) },
  { offset: 7, value: ({ tpm }) => transientSlots(tpm) - tpm.objects.transient.size },
  { offset: 8, value: ({ tpm }) => tpm.objects.persistent.size },
  { offset: 9, value: ({ tpm }) => PERSISTENT_SLOTS - tpm.objects.persistent.size },
  { offset: 10, value: ({ tpm }) => nvCounters(tpm) },
  { offset: 11, value: ({ tpm }) => Math.max(0, NV_INDICES_MAX - tpm.nv.indices.size) },
  { offset: 12, value: ({ tpm }) => tpm.platform.algorithmSet },
  { offset: 13, value: Object.keys(TPM_ECC_CURVE).length },
  { offset: 14, value: ({ tpm, nowMs }) => failedTriesAt(tpm.dictionaryAttack, time(tpm, nowMs)) },
  { offset: 15, value: ({ tpm }) => tpm.dictionaryAttack.maxTries },
  { offset: 16, value: ({ tpm }) => tpm.dictionaryAttack.recoveryTimeS },
  { offset: 17, value: ({ tpm }) => tpm.dictionaryAttack.lockoutRecoveryS },
  { offset: 18, value: 0 }, // NV_WRITE_RECOVERY
  { offset: 19, value: ({ tpm }) => Number(tpm.audit.counter >> 32n) },
  { offset: 20, value: ({ tpm }) => Number(tpm.audit.counter & 0xffffffffn) },
];

/** The properties of the group of `first` from there on, in their order, so many at most. */
export function propertiesFrom(
  first: number,
  count: number,
  facts: PropertyFacts,
): readonly TpmsTaggedProperty[] {
  const isFixed = first < PT_VAR;
  const base = isFixed ? PT_FIXED : PT_VAR;
  const group = isFixed ? FIXED : VARIABLE;
  const from = group.findIndex(({ offset }) => base + offset >= first);
  return group
    .slice(from < 0 ? group.length : from)
    .slice(0, count)
    .map(({ offset, value }) => ({
      property: base + offset,
      value: typeof value === 'number' ? value : value(facts),
    }));
}

/** TPMA_PERMANENT. Part 2, 8.6 TPMA_PERMANENT */
function permanent({ tpm, nowMs }: PropertyFacts): number {
  const { owner, endorsement, lockout, isClearDisabled } = tpm.hierarchies;
  return bits(
    [0, owner.auth.length > 0],
    [1, endorsement.auth.length > 0],
    [2, lockout.auth.length > 0],
    [8, isClearDisabled],
    [9, isInLockout(tpm.dictionaryAttack, time(tpm, nowMs))],
    [10, true], // tpmGeneratedEPS
  );
}

/** TPMA_STARTUP_CLEAR. Part 2, 8.7 TPMA_STARTUP_CLEAR */
function startupClear({ tpm }: PropertyFacts): number {
  const { hierarchies, lifecycle } = tpm;
  return bits(
    [0, isHierarchyUsable(hierarchies, TPM_RH.PLATFORM)],
    [1, isHierarchyUsable(hierarchies, TPM_RH.OWNER)],
    [2, isHierarchyUsable(hierarchies, TPM_RH.ENDORSEMENT)],
    [3, hierarchies.isPlatformNvEnabled],
    [31, lifecycle.isFirstStartupOrderly],
  );
}

function bits(...claims: readonly (readonly [bit: number, isSet: boolean])[]): number {
  return claims.reduce((all, [bit, isSet]) => (isSet ? all | (1 << bit) : all), 0) >>> 0;
}

function time(tpm: Tpm, nowMs: number): bigint {
  return timeAt(tpm.clock, nowMs);
}

function sessionSlots({ profile }: Tpm): number {
  return PROFILES[profile].sessionSlots;
}

function transientSlots({ profile }: Tpm): number {
  return PROFILES[profile].transientSlots;
}

function activeSessions({ sessions }: Tpm): number {
  return sessions.loaded.size + sessions.saved.size;
}

function nvCounters({ nv }: Tpm): number {
  return [...nv.indices.values()].filter(
    ({ publicArea }) => nvType(publicArea) === NV_TYPES.COUNTER,
  ).length;
}
