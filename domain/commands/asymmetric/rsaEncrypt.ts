import { OBJECT, has } from '../../structures/attributes.ts';
import { TPM2B_DATA, TPM2B_PUBLIC_KEY_RSA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPMT_RSA_DECRYPT_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import {
  checkLabel,
  rsaEncrypt as encrypted,
  rsaKeyAt,
  selectDecryptScheme,
} from '../../tpm/rsaEncryption.ts';
import { answer, command } from '../command.ts';

/**
 * Encrypts to an RSA key. Refuses with KEY another key, ATTRIBUTES one that does not decrypt, VALUE
 * a label without its zero or a message that is too long, SCHEME one that is not the key's.
 */
export const rsaEncrypt = command({
  code: 0x174,
  section: 'Part 3, 14.2 TPM2_RSA_Encrypt',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT } },
  parameters: {
    message: TPM2B_PUBLIC_KEY_RSA,
    inScheme: TPMT_RSA_DECRYPT_OR_NULL,
    label: TPM2B_DATA,
  },
  response: { outData: TPM2B_PUBLIC_KEY_RSA },
  decide: ({ keyHandle, message, inScheme, label }, tpm, { entropy }) => {
    const key = rsaKeyAt(tpm, keyHandle);
    if (!has(key.publicArea.objectAttributes, OBJECT.decrypt)) refuse('ATTRIBUTES', { handle: 1 });
    checkLabel(label);
    const scheme = selectDecryptScheme(key, inScheme);
    return answer({ outData: encrypted(key, scheme, label, message, entropy) });
  },
});
