import { create } from '../../domain/commands/object/create.ts';
import { createPrimary } from '../../domain/commands/hierarchy/createPrimary.ts';
import { load } from '../../domain/commands/object/load.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import { EMPTY_SECRET, type Secret } from '../../domain/structures/secret.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { given } from './given.ts';
import { STORAGE_KEY } from './templates.ts';

const NONE = new Uint8Array(0);

/** What a creation is given beside the template. */
export function creation(userAuth: Secret = EMPTY_SECRET, data: Secret = EMPTY_SECRET) {
  return { inSensitive: { userAuth, data }, outsideInfo: NONE, creationPCR: [] };
}

/** The TPM with a primary key, and its handle. */
export function withPrimary(
  tpm: Tpm,
  inPublic: TpmtPublic = STORAGE_KEY,
  primaryHandle: number = TPM_RH.OWNER,
): { readonly tpm: Tpm; readonly handle: number } {
  const outcome = given(tpm).when(createPrimary, { primaryHandle, inPublic, ...creation() });
  return { tpm: outcome.tpm, handle: outcome.decision.handle ?? 0 };
}

/** The TPM with a child of a parent created and loaded: its handle, and both of its halves. */
export function withChild(tpm: Tpm, parentHandle: number, inPublic: TpmtPublic) {
  const input = { parentHandle, inPublic, ...creation() };
  const { response } = given(tpm).when(create, input);
  const halves = {
    inPrivate: response['outPrivate'] as Uint8Array,
    inPublic: response['outPublic'] as TpmtPublic,
  };
  const loaded = given(tpm).when(load, { parentHandle, ...halves });
  return { tpm: loaded.tpm, handle: loaded.decision.handle ?? 0, ...halves };
}
