import { TPMI_DH_CONTEXT, TPM_HT, handleType } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { command, done } from '../command.ts';

/**
 * Removes a transient object, or a session whether it is loaded or saved. Refuses with HANDLE what
 * is not there.
 */
export const flushContext = command({
  code: 0x165,
  section: 'Part 3, 28.4 TPM2_FlushContext',
  handles: {},
  parameters: { flushHandle: TPMI_DH_CONTEXT },
  response: {},
  hasNoSessions: true,
  decide: ({ flushHandle: handle }, { objects, sessions }) => {
    if (handleType(handle) === TPM_HT.TRANSIENT) {
      if (!objects.transient.has(handle)) refuse('HANDLE', { parameter: 1 });
      return done({ type: 'ObjectFlushed', handle });
    }
    const isActive = sessions.loaded.has(handle) || sessions.saved.has(handle);
    if (!isActive) refuse('HANDLE', { parameter: 1 });
    return done({ type: 'SessionFlushed', handle });
  },
});
