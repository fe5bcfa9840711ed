import type { TpmtPublic } from '../structures/public.ts';
import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { TpmObject } from './objects.ts';
import type { Tpm } from './tpm.ts';

/** An ECC key with its public area known to be one. */
export type EccKey = TpmObject & { readonly publicArea: Extract<TpmtPublic, { type: 'ECC' }> };

/** The ECC key at handle 1; KEY for anything else. */
export function eccKeyAt(tpm: Tpm, handle: number): EccKey {
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'sequence' || slot.publicArea.type !== 'ECC') refuse('KEY', { handle: 1 });
  return { ...slot, publicArea: slot.publicArea };
}
