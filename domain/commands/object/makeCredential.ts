import {
  TPM2B_DIGEST,
  TPM2B_ENCRYPTED_SECRET,
  TPM2B_ID_OBJECT,
  TPM2B_NAME,
} from '../../structures/buffers.ts';
import { toOctets } from '../../structures/codec.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { credentialKey } from '../../tpm/credential.ts';
import { slotAt } from '../../tpm/entities.ts';
import { protectionOf, wrap } from '../../tpm/privateBlob.ts';
import { encryptSecret } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Wraps a credential so that only the TPM that has this key and an object of this Name can read it.
 * Refuses with TYPE a key that is no asymmetric storage key, with SIZE a credential that is too
 * long.
 */
export const makeCredential = command({
  code: 0x168,
  section: 'Part 3, 12.6 TPM2_MakeCredential',
  handles: { handle: { codec: TPMI_DH_OBJECT } },
  parameters: { credential: TPM2B_DIGEST, objectName: TPM2B_NAME },
  response: { credentialBlob: TPM2B_ID_OBJECT, secret: TPM2B_ENCRYPTED_SECRET },
  decide: ({ handle, credential, objectName }, tpm, { entropy }) => {
    const key = credentialKey(slotAt(tpm, handle), { handle: 1 });
    const { nameAlg } = key.publicArea;
    const sizeMax = nameAlg === 'NULL' ? 0 : DIGEST_SIZE[nameAlg];
    if (credential.length > sizeMax) refuse('SIZE', { parameter: 1 });
    const { data: seed, secret } = encryptSecret(key.publicArea, 'IDENTITY', entropy);
    const inner = toOctets(TPM2B_DIGEST, credential);
    const credentialBlob = wrap(protectionOf(key, seed), objectName, inner, null);
    return answer({ credentialBlob, secret });
  },
});
