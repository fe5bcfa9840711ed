import { eccDecrypt as decrypted } from '../../crypto/eccEncryption.ts';
import { OBJECT, has } from '../../structures/attributes.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_ECC_POINT } from '../../structures/public.ts';
import { TPMT_KDF_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { eccKeyAt, selectKdfHash } from '../../tpm/eccKeys.ts';
import { pointOfKey } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Decrypts with an ECC key. Refuses with KEY another key, ATTRIBUTES a restricted key or one that
 * does not decrypt, SCHEME any derivation but KDF2, or one that is not the key's, ECC_POINT a C1
 * that is not on the key's curve, VALUE what was not encrypted so.
 */
export const eccDecrypt = command({
  code: 0x19a,
  section: 'Part 3, 14.9 TPM2_ECC_Decrypt',
  isBeyondReference: true,
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    C1: TPM2B_ECC_POINT,
    C2: TPM2B_MAX_BUFFER,
    C3: TPM2B_DIGEST,
    inScheme: TPMT_KDF_SCHEME_OR_NULL,
  },
  response: { plainText: TPM2B_MAX_BUFFER },
  decide: ({ keyHandle, C1, C2: c2, C3: c3, inScheme }, tpm) => {
    const { publicArea, sensitive } = eccKeyAt(tpm, keyHandle);
    const { objectAttributes, parameters } = publicArea;
    const isUsable =
      has(objectAttributes, OBJECT.decrypt) && !has(objectAttributes, OBJECT.restricted);
    if (!isUsable || sensitive === null) refuse('ATTRIBUTES', { handle: 1 });
    const hashAlg = positioned({ parameter: 4 }, () => selectKdfHash(publicArea, inScheme));
    const c1 = positioned({ parameter: 1 }, () => pointOfKey(publicArea, C1));
    const d = sensitive.sensitive.octets;
    const plainText = decrypted(parameters.curveID, hashAlg, d, { c1, c2, c3 });
    return answer({ plainText: plainText ?? refuse('VALUE') });
  },
});
