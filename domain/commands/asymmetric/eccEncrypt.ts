import { eccEncrypt as encrypted } from '../../crypto/eccEncryption.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_ECC_POINT } from '../../structures/public.ts';
import { TPMT_KDF_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { eccKeyAt, selectKdfHash } from '../../tpm/eccKeys.ts';
import { ephemeralKey } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Encrypts to an ECC key. Refuses with KEY another key or one that is not on its curve, SCHEME any
 * derivation but KDF2, or one that is not the key's.
 */
export const eccEncrypt = command({
  code: 0x199,
  section: 'Part 3, 14.8 TPM2_ECC_Encrypt',
  isBeyondReference: true,
  handles: { keyHandle: { codec: TPMI_DH_OBJECT } },
  parameters: { plainText: TPM2B_MAX_BUFFER, inScheme: TPMT_KDF_SCHEME_OR_NULL },
  response: { C1: TPM2B_ECC_POINT, C2: TPM2B_MAX_BUFFER, C3: TPM2B_DIGEST },
  decide: ({ keyHandle, plainText, inScheme }, tpm, { entropy }) => {
    const { publicArea } = eccKeyAt(tpm, keyHandle);
    const hashAlg = positioned({ parameter: 2 }, () => selectKdfHash(publicArea, inScheme));
    const { parameters, unique } = publicArea;
    const { d } = ephemeralKey(publicArea, entropy);
    const made = encrypted(parameters.curveID, hashAlg, unique, plainText, d);
    d.fill(0);
    if (made === null) refuse('KEY', { handle: 1 });
    return answer({ C1: made.c1, C2: made.c2, C3: made.c3 });
  },
});
