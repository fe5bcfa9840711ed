import { TPMI_DH_CONTEXT, TPM_HC, TPM_HT, handleType } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { PROFILES } from '../../tpm/profile.ts';
import type { Sessions } from '../../tpm/sessions.ts';
import { command, done } from '../command.ts';

const SESSION_NUMBER = 0xffffff;

/**
 * Removes a transient object, or a session whether it is loaded or saved. Refuses with HANDLE what
 * is not there, with VALUE what cannot be.
 */
export const flushContext = command({
  code: 0x165,
  section: 'Part 3, 28.4 TPM2_FlushContext',
  handles: {},
  parameters: { flushHandle: TPMI_DH_CONTEXT },
  response: {},
  hasNoSessions: true,
  decide: ({ flushHandle: handle }, { profile, objects, sessions }) => {
    if (handleType(handle) === TPM_HT.TRANSIENT) {
      const slot = handle - TPM_HC.TRANSIENT_FIRST;
      if (slot >= PROFILES[profile].transientSlots) refuse('VALUE', { parameter: 1 });
      if (!objects.transient.has(handle)) refuse('HANDLE', { parameter: 1 });
      return done({ type: 'ObjectFlushed', handle });
    }
    const session = sessions.loaded.has(handle) ? handle : savedSession(sessions, handle);
    if (session === null) refuse('HANDLE', { parameter: 1 });
    return done({ type: 'SessionFlushed', handle: session });
  },
});

/** The saved session with the number of a handle: of what kind it is, only its context tells. */
function savedSession({ saved }: Sessions, handle: number): number | null {
  const session = [...saved.keys()].find((h) => (h & SESSION_NUMBER) === (handle & SESSION_NUMBER));
  return session ?? null;
}
