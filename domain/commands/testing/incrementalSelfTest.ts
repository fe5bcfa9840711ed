import { TPM_ALG } from '../../structures/algorithms.ts';
import { TPML_ALG } from '../../structures/base.ts';
import { refuse } from '../../structures/tpmError.ts';
import { answer, command } from '../command.ts';

const KNOWN: ReadonlySet<number> = new Set(Object.values(TPM_ALG));

/**
 * Tests some algorithms, and says which still want testing: none ever does. Refuses with VALUE an
 * algorithm that is not there.
 */
export const incrementalSelfTest = command({
  code: 0x142,
  section: 'Part 3, 10.3 TPM2_IncrementalSelfTest',
  handles: {},
  parameters: { toTest: TPML_ALG },
  response: { toDoList: TPML_ALG },
  isNv: true,
  decide: ({ toTest }) => {
    const areKnown = toTest.every((alg) => KNOWN.has(alg) && alg !== TPM_ALG.NULL);
    return areKnown ? answer({ toDoList: [] }) : refuse('VALUE', { parameter: 1 });
  },
});
