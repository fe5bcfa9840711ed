import { TPMI_DH_CONTEXT, TPM_HT, TPM_RH, handleType } from '../../structures/handles.ts';
import { toOctets } from '../../structures/codec.ts';
import { TPMS_CONTEXT } from '../../structures/contexts.ts';
import { refuse } from '../../structures/tpmError.ts';
import { OBJECT_STATE, SEQUENCE_STATE, SESSION_STATE } from '../../tpm/contextStates.ts';
import { sessionAt, slotAt } from '../../tpm/entities.ts';
import { PROFILES } from '../../tpm/profile.ts';
import {
  SAVED_OBJECT,
  SAVED_SEQUENCE,
  SAVED_STCLEAR,
  wrapContext,
  type ContextHead,
} from '../../tpm/savedContexts.ts';
import { isContextGapFull } from '../../tpm/sessions.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { answer, command } from '../command.ts';

/**
 * Gives out the state of an object, which stays loaded, or of a session, which does not. Refuses
 * with CONTEXT_GAP a session when the oldest saved one is too old.
 */
export const contextSave = command({
  code: 0x162,
  section: 'Part 3, 28.2 TPM2_ContextSave',
  handles: { saveHandle: { codec: TPMI_DH_CONTEXT } },
  parameters: {},
  response: { context: TPMS_CONTEXT },
  hasNoSessions: true,
  decide: ({ saveHandle: handle }, tpm, { entropy }) => {
    const { contextCounter, objectContextCounter } = tpm.sessions;
    const isObject = handleType(handle) === TPM_HT.TRANSIENT;
    const { sessionSlots } = PROFILES[tpm.profile];
    // Smaller numbers stand for the slots of loaded sessions.
    const last = contextCounter === 0n ? BigInt(sessionSlots) : contextCounter;
    const sequence = (isObject ? objectContextCounter : last) + 1n;
    if (!isObject && isContextGapFull(tpm.sessions, sessionSlots)) refuse('CONTEXT_GAP');
    const { head, state } = isObject
      ? objectContext(tpm, handle, sequence)
      : sessionContext(tpm, handle, sequence);
    const contextBlob = wrapContext(tpm, head, state, entropy);
    return answer(
      { context: { ...head, contextBlob } },
      isObject ? { type: 'ContextCounted', sequence } : { type: 'SessionSaved', handle, sequence },
    );
  },
});

type Saved = { readonly head: ContextHead; readonly state: Uint8Array };

function objectContext(tpm: Tpm, handle: number, sequence: bigint): Saved {
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'sequence') {
    const head = { sequence, savedHandle: SAVED_SEQUENCE, hierarchy: TPM_RH.NULL };
    return { head, state: toOctets(SEQUENCE_STATE, slot) };
  }
  const savedHandle = slot.isStClear ? SAVED_STCLEAR : SAVED_OBJECT;
  const head = { sequence, savedHandle, hierarchy: slot.hierarchy };
  return { head, state: toOctets(OBJECT_STATE, slot) };
}

function sessionContext(tpm: Tpm, handle: number, sequence: bigint): Saved {
  const head = { sequence, savedHandle: handle, hierarchy: TPM_RH.NULL };
  return { head, state: toOctets(SESSION_STATE, sessionAt(tpm, handle)) };
}
