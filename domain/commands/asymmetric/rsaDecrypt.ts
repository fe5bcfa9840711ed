import { OBJECT, has } from '../../structures/attributes.ts';
import { TPM2B_DATA, TPM2B_PUBLIC_KEY_RSA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPMT_RSA_DECRYPT_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import {
  checkLabel,
  rsaDecrypt as decrypted,
  rsaKeyAt,
  selectDecryptScheme,
} from '../../tpm/rsaEncryption.ts';
import { answer, command } from '../command.ts';

/**
 * Decrypts with an RSA key. Refuses with KEY another key, ATTRIBUTES a restricted key or one that
 * does not decrypt, VALUE a label without its zero or what was not encrypted so, SCHEME one that is
 * not the key's, SIZE what is not as long as the modulus.
 */
export const rsaDecrypt = command({
  code: 0x159,
  section: 'Part 3, 14.3 TPM2_RSA_Decrypt',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    cipherText: TPM2B_PUBLIC_KEY_RSA,
    inScheme: TPMT_RSA_DECRYPT_OR_NULL,
    label: TPM2B_DATA,
  },
  response: { message: TPM2B_PUBLIC_KEY_RSA },
  decide: ({ keyHandle, cipherText, inScheme, label }, tpm) => {
    const key = rsaKeyAt(tpm, keyHandle);
    const { objectAttributes } = key.publicArea;
    const isUsable =
      has(objectAttributes, OBJECT.decrypt) && !has(objectAttributes, OBJECT.restricted);
    if (!isUsable) refuse('ATTRIBUTES', { handle: 1 });
    checkLabel(label);
    const scheme = selectDecryptScheme(key, inScheme);
    return answer({ message: decrypted(key, scheme, label, cipherText) });
  },
});
