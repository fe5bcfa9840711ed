import { TPMI_YES_NO } from '../../structures/base.ts';
import { command, done } from '../command.ts';

/** Tests the TPM: its algorithms are tested where they run, so nothing is left to be done. */
export const selfTest = command({
  code: 0x143,
  section: 'Part 3, 10.2 TPM2_SelfTest',
  handles: {},
  parameters: { fullTest: TPMI_YES_NO },
  response: {},
  isNv: true,
  decide: () => done(),
});
