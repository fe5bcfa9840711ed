import { TPML_ALG } from '../../structures/base.ts';
import { answer, command } from '../command.ts';

/** Tests some algorithms, and says which still want testing: none ever does. */
export const incrementalSelfTest = command({
  code: 0x142,
  section: 'Part 3, 10.3 TPM2_IncrementalSelfTest',
  handles: {},
  parameters: { toTest: TPML_ALG },
  response: { toDoList: TPML_ALG },
  isNv: true,
  decide: () => answer({ toDoList: [] }),
});
