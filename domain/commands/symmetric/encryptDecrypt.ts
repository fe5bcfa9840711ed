import { TPMI_ALG_CIPHER_MODE_OR_NULL } from '../../structures/algorithms.ts';
import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPM2B_IV, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { encryptOrDecrypt } from '../../tpm/encryption.ts';
import { answer, command } from '../command.ts';

const PLACES = { mode: 2, ivIn: 3, inData: 4 };

/** Encrypts or decrypts data, which cannot be encrypted on its way here. */
export const encryptDecrypt = command({
  code: 0x164,
  section: 'Part 3, 15.2 TPM2_EncryptDecrypt',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    decrypt: TPMI_YES_NO,
    mode: TPMI_ALG_CIPHER_MODE_OR_NULL,
    ivIn: TPM2B_IV,
    inData: TPM2B_MAX_BUFFER,
  },
  response: { outData: TPM2B_MAX_BUFFER, ivOut: TPM2B_IV },
  decide: (input, tpm) => {
    const { data, ivOut } = encryptOrDecrypt(tpm, input, PLACES);
    return answer({ outData: data, ivOut });
  },
});
