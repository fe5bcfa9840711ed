import { TPMI_ALG_CIPHER_MODE_OR_NULL } from '../../structures/algorithms.ts';
import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPM2B_IV, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { encryptOrDecrypt } from '../../tpm/encryption.ts';
import { answer, command } from '../command.ts';

const PLACES = { mode: 3, ivIn: 4, inData: 1 };

/** Encrypts or decrypts data, which comes first so that it can be encrypted on its way here. */
export const encryptDecrypt2 = command({
  code: 0x193,
  section: 'Part 3, 15.3 TPM2_EncryptDecrypt2',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    inData: TPM2B_MAX_BUFFER,
    decrypt: TPMI_YES_NO,
    mode: TPMI_ALG_CIPHER_MODE_OR_NULL,
    ivIn: TPM2B_IV,
  },
  response: { outData: TPM2B_MAX_BUFFER, ivOut: TPM2B_IV },
  decide: (input, tpm) => {
    const { data, ivOut } = encryptOrDecrypt(tpm, input, PLACES);
    return answer({ outData: data, ivOut });
  },
});
