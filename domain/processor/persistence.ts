import { TPM_RH } from '../structures/handles.ts';
import type { TpmEvent } from '../tpm/evolve.ts';

/** What a chip would keep in RAM: it can change while NV memory is away. */
const VOLATILE: ReadonlySet<TpmEvent['type']> = new Set([
  'ContextCounted',
  'ExclusiveAuditChanged',
  'ObjectFlushed',
  'ObjectLoaded',
  'PcrExtended',
  'PcrReset',
  'PolicyChanged',
  'PolicyRestarted',
  'RandomStirred',
  'SequenceStarted',
  'SequenceUpdated',
  'SessionFlushed',
  'SessionRestored',
  'SessionSaved',
  'SessionStarted',
  'SessionUsed',
]);

/**
 * True when a fact goes to a chip's NV memory, which the platform can make unavailable: such a
 * command is then refused with NV_UNAVAILABLE. Part 1, 37.6 NV Availability
 */
export function isPersistentFact(event: TpmEvent): boolean {
  if (event.type === 'HierarchyAuthChanged') return event.hierarchy !== TPM_RH.PLATFORM;
  return !VOLATILE.has(event.type);
}
