import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPMI_RH_CLEAR, TPM_RH } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { command, done } from '../command.ts';

/**
 * Forbids or allows to clear the TPM. Refuses with AUTH_FAIL when lockout wants to allow it again.
 */
export const clearControl = command({
  code: 0x127,
  section: 'Part 3, 24.7 TPM2_ClearControl',
  presence: 'configurable',
  handles: { auth: { codec: TPMI_RH_CLEAR, auth: 'USER' } },
  parameters: { disable: TPMI_YES_NO },
  response: {},
  isNv: true,
  decide: ({ auth, disable }, { hierarchies }) => {
    if (auth === TPM_RH.LOCKOUT && !disable) refuse('AUTH_FAIL');
    if (disable === hierarchies.isClearDisabled) return done();
    return done({ type: 'ClearControlled', isDisabled: disable });
  },
});
