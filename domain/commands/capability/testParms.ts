import { TPMT_PUBLIC_PARMS } from '../../structures/public.ts';
import { command, done } from '../command.ts';

/** Succeeds for parameters that objects can have: reading them is the test. */
export const testParms = command({
  code: 0x18a,
  section: 'Part 3, 30.3 TPM2_TestParms',
  handles: {},
  parameters: { parameters: TPMT_PUBLIC_PARMS },
  response: {},
  decide: () => done(),
});
