import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_ECC_POINT } from '../../structures/public.ts';
import { eccKeyAt } from '../../tpm/eccKeys.ts';
import { ephemeralKey, sharedPoint } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/** An ephemeral key and what it shares with an ECC key. Refuses with KEY another key. */
export const ecdhKeyGen = command({
  code: 0x163,
  section: 'Part 3, 14.4 TPM2_ECDH_KeyGen',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT } },
  parameters: {},
  response: { zPoint: TPM2B_ECC_POINT, pubPoint: TPM2B_ECC_POINT },
  decide: ({ keyHandle }, tpm, { entropy }) => {
    const { publicArea } = eccKeyAt(tpm, keyHandle);
    const { d, point } = ephemeralKey(publicArea, entropy);
    return answer({ zPoint: sharedPoint(publicArea, d, publicArea.unique), pubPoint: point });
  },
});
