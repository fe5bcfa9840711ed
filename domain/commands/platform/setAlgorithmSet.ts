import { UINT32 } from '../../structures/codec.ts';
import { TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { command, done } from '../command.ts';

/** Notes which set of algorithms the platform chose: told as a property, and nothing more. */
export const setAlgorithmSet = command({
  code: 0x13f,
  section: 'Part 3, 26.3 TPM2_SetAlgorithmSet',
  isNv: true,
  handles: { authHandle: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: { algorithmSet: UINT32 },
  response: {},
  decide: ({ algorithmSet }) => done({ type: 'AlgorithmSetChosen', algorithmSet }),
});
