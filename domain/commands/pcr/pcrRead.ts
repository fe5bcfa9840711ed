import { TPML_DIGEST, TPML_PCR_SELECTION, type TpmsPcrSelection } from '../../structures/base.ts';
import { UINT32 } from '../../structures/codec.ts';
import { PCR_COUNT } from '../../structures/handles.ts';
import { filterSelection, pcrSelection, selectedPcrs, selectedValues } from '../../tpm/pcrs.ts';
import { answer, command } from '../command.ts';

/** The most values that one command gives. */
const VALUES_MAX = 8;

/** The values of the first eight PCR of a selection that are allocated, and which they are. */
export const pcrRead = command({
  code: 0x17e,
  section: 'Part 3, 22.4 TPM2_PCR_Read',
  handles: {},
  parameters: { pcrSelectionIn: TPML_PCR_SELECTION },
  response: {
    pcrUpdateCounter: UINT32,
    pcrSelectionOut: TPML_PCR_SELECTION,
    pcrValues: TPML_DIGEST,
  },
  decide: ({ pcrSelectionIn }, { pcrs }) => {
    const pcrSelectionOut = firstOf(filterSelection(pcrs, pcrSelectionIn));
    return answer({
      pcrUpdateCounter: pcrs.updateCounter,
      pcrSelectionOut,
      pcrValues: selectedValues(pcrs, pcrSelectionOut),
    });
  },
});

function firstOf(selection: readonly TpmsPcrSelection[]): readonly TpmsPcrSelection[] {
  let left = VALUES_MAX;
  return selection.map((entry) => {
    let read = 0;
    const selected = selectedPcrs(entry);
    for (let pcr = 0; pcr < PCR_COUNT && left > 0; pcr += 1) {
      const bit = selected & (1 << pcr);
      read |= bit;
      if (bit !== 0) left -= 1;
    }
    return pcrSelection(entry.hash, read);
  });
}
