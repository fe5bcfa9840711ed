import { TPMI_DH_CONTEXT, TPM_HT, handleType } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import type { Sessions } from '../../tpm/sessions.ts';
import { command, done } from '../command.ts';

const SESSION_NUMBER = 0xffffff;

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
    const session = sessionOf(sessions, handle);
    if (session === null) refuse('HANDLE', { parameter: 1 });
    return done({ type: 'SessionFlushed', handle: session });
  },
});

/** The session with the number of a handle: of what kind it is does not matter. */
function sessionOf({ loaded, saved }: Sessions, handle: number): number | null {
  const number = handle & SESSION_NUMBER;
  const known = [...loaded.keys(), ...saved.keys()];
  return known.find((candidate) => (candidate & SESSION_NUMBER) === number) ?? null;
}
