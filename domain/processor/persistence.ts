import { cancelsShutdown, type TpmEvent } from '../tpm/evolve.ts';
import type { Tpm } from '../tpm/tpm.ts';

/** What a chip would keep in RAM: it can change while NV memory is away. */
const VOLATILE: ReadonlySet<TpmEvent['type']> = new Set([
  'ClockRateAdjusted',
  'ContextCounted',
  'ExclusiveAuditChanged',
  'HierarchyControlled',
  'ObjectFlushed',
  'ObjectLoaded',
  'PcrAuthSet',
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
 * True when a fact of this TPM goes to a chip's NV memory, which the platform can make unavailable:
 * such a command is then refused with NV_UNAVAILABLE. That a Shutdown no longer counts is such a
 * fact. Part 1, 37.6 NV Availability
 */
export function isPersistentFact(tpm: Tpm, event: TpmEvent): boolean {
  const isOrderly = tpm.lifecycle.orderly !== 'none';
  return !VOLATILE.has(event.type) || (isOrderly && cancelsShutdown(tpm, event));
}
