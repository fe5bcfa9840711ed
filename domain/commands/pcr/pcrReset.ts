import { TPMI_DH_PCR } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { pcrAttributes } from '../../tpm/pcrs.ts';
import { command, done } from '../command.ts';

/** Sets a PCR to zero in all banks. Refuses with LOCALITY where it may not be reset from here. */
export const pcrReset = command({
  code: 0x13d,
  section: 'Part 3, 22.8 TPM2_PCR_Reset',
  handles: { pcrHandle: { codec: TPMI_DH_PCR, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  decide: ({ pcrHandle: pcr }, _, { locality }) => {
    if (((pcrAttributes(pcr).reset >>> locality) & 1) === 0) refuse('LOCALITY');
    return done({ type: 'PcrReset', pcr });
  },
});
