import type { Of } from '../structures/codec.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import type { TpmtPublic } from '../structures/public.ts';
import type { TPMT_KDF_SCHEME_OR_NULL } from '../structures/schemes.ts';
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

/**
 * The hash of the derivation to encrypt with: the key's own, which the command may repeat but not
 * change, or else the command's. SCHEME when it is none, or not KDF2. Part 1, C.8 ECC Encryption
 */
export function selectKdfHash(
  { parameters }: EccKey['publicArea'],
  asked: Of<typeof TPMT_KDF_SCHEME_OR_NULL>,
): HashAlg {
  const own = parameters.kdf;
  const chosen = asked.scheme === 'NULL' ? own : asked;
  if (chosen.scheme !== 'KDF2') return refuse('SCHEME');
  const isSame = own.scheme === 'KDF2' && own.hashAlg === chosen.hashAlg;
  return own.scheme === 'NULL' || isSame ? chosen.hashAlg : refuse('SCHEME');
}
