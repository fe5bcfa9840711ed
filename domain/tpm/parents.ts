import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { TpmObject } from './objects.ts';
import { isStorageParent } from './templates.ts';
import type { Tpm } from './tpm.ts';

/** The storage key at handle 1 of a command; TYPE for anything else. Part 1, 23.3 Parents */
export function storageParentAt(tpm: Tpm, handle: number): TpmObject {
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'sequence' || !isStorageParent(slot)) refuse('TYPE', { handle: 1 });
  return slot;
}
