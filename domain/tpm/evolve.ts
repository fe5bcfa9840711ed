import { NV, has } from '../structures/attributes.ts';
import { TPM_RH } from '../structures/handles.ts';
import type { Secret } from '../structures/secret.ts';
import { auditEvolvers, type AuditEvent } from './audit.ts';
import { clockEvolvers, type ClockEvent } from './clock.ts';
import { commitEvolvers, type CommitEvent } from './commits.ts';
import { dictionaryAttackEvolvers, type DictionaryAttackEvent } from './dictionaryAttack.ts';
import { hierarchyEvolvers, type HierarchyEvent } from './hierarchies.ts';
import { lineageEvolvers, manufacture, type LineageEvent } from './lineageFacts.ts';
import { nvEvolvers, type NvEvent } from './nv.ts';
import { objectEvolvers, type ObjectEvent } from './objects.ts';
import { ownershipEvolvers, type OwnershipEvent } from './ownership.ts';
import { pcrAttributes, pcrEvolvers, type PcrEvent } from './pcrs.ts';
import { platformSettingsEvolvers, type PlatformSettingsEvent } from './platformSettings.ts';
import { sessionEvolvers, type SessionEvent } from './sessions.ts';
import { lifecycleEvolvers, type LifecycleEvent } from './startup.ts';
import type { Tpm } from './tpm.ts';

/** What TPM2_StirRandom left behind. */
export type RandomEvent = { readonly type: 'RandomStirred'; readonly stirred: Secret };

/** Every fact of a TPM's life: past participles, outcomes, never intentions. */
export type TpmEvent =
  | AuditEvent
  | ClockEvent
  | CommitEvent
  | DictionaryAttackEvent
  | HierarchyEvent
  | LifecycleEvent
  | LineageEvent
  | NvEvent
  | ObjectEvent
  | OwnershipEvent
  | PcrEvent
  | PlatformSettingsEvent
  | RandomEvent
  | SessionEvent;

type Evolvers = {
  readonly [K in TpmEvent['type']]: (tpm: Tpm, event: Extract<TpmEvent, { type: K }>) => Tpm;
};

type PartEvolvers<P extends keyof Tpm> = Readonly<
  Record<string, (part: Tpm[P], event: never) => Tpm[P]>
>;
type Lifted<T> = {
  readonly [K in keyof T]: (
    tpm: Tpm,
    event: T[K] extends (part: never, event: infer E) => unknown ? E : never,
  ) => Tpm;
};

/** Evolvers of one part of the TPM, as evolvers of the whole. */
function on<P extends keyof Tpm, T extends PartEvolvers<P>>(part: P, evolvers: T): Lifted<T> {
  const lifted = Object.entries(evolvers).map(([type, evolver]) => [
    type,
    (tpm: Tpm, event: never): Tpm => ({ ...tpm, [part]: evolver(tpm[part], event) }),
  ]);
  return Object.fromEntries(lifted) as Lifted<T>;
}

const EVOLVERS: Evolvers = {
  ...on('audit', auditEvolvers),
  ...on('clock', clockEvolvers),
  ...on('commits', commitEvolvers),
  ...on('dictionaryAttack', dictionaryAttackEvolvers),
  ...on('hierarchies', hierarchyEvolvers),
  ...on('nv', nvEvolvers),
  ...on('objects', objectEvolvers),
  ...on('pcrs', pcrEvolvers),
  ...on('platform', platformSettingsEvolvers),
  ...on('sessions', sessionEvolvers),
  ...lifecycleEvolvers,
  ...lineageEvolvers,
  ...ownershipEvolvers,
  RandomStirred: (tpm, { stirred }) => ({ ...tpm, stirred }),
};

/** The types of events that this version knows. */
export const TPM_EVENT_TYPES: readonly string[] = Object.keys(EVOLVERS);

/** True when a type of event is known to this version. */
export function isTpmEventType(type: string): type is TpmEvent['type'] {
  return Object.hasOwn(EVOLVERS, type);
}

/** The TPM after a fact. Copies outcomes only: no cryptography, no clock, no luck. */
export function evolve(tpm: Tpm, event: TpmEvent): Tpm {
  const evolver = EVOLVERS[event.type] as (tpm: Tpm, event: TpmEvent) => Tpm;
  const evolved = evolver(tpm, event);
  if (evolved.lifecycle.orderly === 'none' || !cancelsShutdown(evolved, event)) return evolved;
  return { ...evolved, lifecycle: { ...evolved.lifecycle, orderly: 'none' } };
}

/** The TPM after all facts of its life, of which the first is its manufacture. */
export function fold(events: readonly TpmEvent[]): Tpm {
  const [first, ...rest] = events;
  if (first?.type !== 'TpmManufactured') throw new Error('a TPM begins with its manufacture');
  return rest.reduce(evolve, manufacture(first));
}

/**
 * True when a fact means that the last Shutdown no longer describes the state: the next Startup is
 * then a TPM Reset. Part 3, 9.4 TPM2_Shutdown
 */
export function cancelsShutdown(tpm: Tpm, event: TpmEvent): boolean {
  switch (event.type) {
    case 'PcrExtended':
    case 'PcrReset':
      return pcrAttributes(event.pcr).isSaved;
    case 'HierarchyAuthChanged':
    case 'HierarchyPolicySet':
      return event.hierarchy === TPM_RH.PLATFORM;
    case 'NvWritten': {
      const index = tpm.nv.indices.get(event.nvIndex);
      return index !== undefined && has(index.publicArea.attributes, NV.ORDERLY);
    }
    case 'Cleared':
    case 'DictionaryAttackUsed':
    case 'EndorsementSeedChanged':
    case 'HierarchyControlled':
    case 'PlatformSeedChanged':
    case 'PcrAuthSet':
    case 'SessionSaved':
    case 'SessionRestored':
    case 'ContextCounted':
    case 'ShutdownCancelled':
      return true;
    default:
      return false;
  }
}
