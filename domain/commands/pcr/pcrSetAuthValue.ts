import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_DH_PCR } from '../../structures/handles.ts';
import { stripTrailingZeros } from '../../structures/octets.ts';
import { secret } from '../../structures/secret.ts';
import { refuse } from '../../structures/tpmError.ts';
import { isAuthorizedPcr } from '../../tpm/pcrs.ts';
import { command, done } from '../command.ts';

/** Sets the authorization value of a group of PCR. Refuses with VALUE a PCR of no such group. */
export const pcrSetAuthValue = command({
  code: 0x183,
  section: 'Part 3, 22.7 TPM2_PCR_SetAuthValue',
  handles: { pcrHandle: { codec: TPMI_DH_PCR, auth: 'USER' } },
  parameters: { auth: TPM2B_DIGEST },
  response: {},
  decide: ({ pcrHandle, auth }) => {
    if (!isAuthorizedPcr(pcrHandle)) refuse('VALUE');
    return done({ type: 'PcrAuthSet', auth: secret(stripTrailingZeros(auth)) });
  },
});
