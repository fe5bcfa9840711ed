import { fromOctets, type Codec } from '../../structures/codec.ts';
import { TPMS_CONTEXT, type TpmsContext } from '../../structures/contexts.ts';
import { TPM_HT, handleType } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { OBJECT_STATE, SEQUENCE_STATE, SESSION_STATE } from '../../tpm/contextStates.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { isHierarchyUsable } from '../../tpm/hierarchies.ts';
import { PROFILES } from '../../tpm/profile.ts';
import { SAVED_SEQUENCE, unwrapContext } from '../../tpm/savedContexts.ts';
import { requireSessionSlot } from '../../tpm/sessions.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { answerHandle, command, type Decision } from '../command.ts';

/**
 * Takes back a state that ContextSave gave out: an object any number of times, a session once and
 * under its old handle. Refuses with SIZE or INTEGRITY what is not as it was or no longer counts,
 * HIERARCHY an object of one that is switched off, HANDLE a session that is not the one saved last,
 * OBJECT_MEMORY and SESSION_MEMORY without a free slot, CONTEXT_GAP when the last one is kept for
 * the oldest saved session.
 */
export const contextLoad = command({
  code: 0x161,
  section: 'Part 3, 28.3 TPM2_ContextLoad',
  handles: {},
  parameters: { context: TPMS_CONTEXT },
  responseHandle: 'loadedHandle',
  response: {},
  hasNoSessions: true,
  decide: ({ context }, tpm) =>
    handleType(context.savedHandle) === TPM_HT.TRANSIENT
      ? loadObject(tpm, context)
      : loadSession(tpm, context),
});

/** The octets are copied: what is loaded must not share them with the request. */
function stateOf<T>(tpm: Tpm, context: TpmsContext, codec: Codec<T>): T {
  return fromOctets(codec, unwrapContext(tpm, context, context.contextBlob).slice());
}

function loadObject(tpm: Tpm, context: TpmsContext): Decision<object> {
  if (context.savedHandle === SAVED_SEQUENCE) {
    const sequence = stateOf(tpm, context, SEQUENCE_STATE);
    const handle = freeTransient(tpm);
    return answerHandle(handle, {}, { type: 'SequenceStarted', handle, sequence });
  }
  const object = stateOf(tpm, context, OBJECT_STATE);
  if (!isHierarchyUsable(tpm.hierarchies, context.hierarchy)) refuse('HIERARCHY', { parameter: 1 });
  const handle = freeTransient(tpm);
  return answerHandle(handle, {}, { type: 'ObjectLoaded', handle, object });
}

function loadSession(tpm: Tpm, context: TpmsContext): Decision<object> {
  const session = stateOf(tpm, context, SESSION_STATE);
  const { savedHandle: handle, sequence } = context;
  if (tpm.sessions.saved.get(handle) !== sequence) refuse('HANDLE', { parameter: 1 });
  requireSessionSlot(tpm.sessions, PROFILES[tpm.profile].sessionSlots, handle);
  return answerHandle(handle, {}, { type: 'SessionRestored', handle, session });
}
