import { TPM2B_DIGEST, TPM2B_ENCRYPTED_SECRET, TPM2B_ID_OBJECT } from '../../structures/buffers.ts';
import { fromOctets } from '../../structures/codec.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { positioned } from '../../structures/tpmError.ts';
import { credentialKey } from '../../tpm/credential.ts';
import { entityName, slotAt } from '../../tpm/entities.ts';
import { protectionOf, unwrap } from '../../tpm/privateBlob.ts';
import { decryptSecret } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Reads a credential that was made for a key of this TPM and an object that is loaded. Refuses with
 * TYPE a key that is no asymmetric storage key, INTEGRITY a credential for another object, and what
 * the key cannot decrypt.
 */
export const activateCredential = command({
  code: 0x147,
  section: 'Part 3, 12.5 TPM2_ActivateCredential',
  handles: {
    activateHandle: { codec: TPMI_DH_OBJECT, auth: 'ADMIN' },
    keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' },
  },
  parameters: { credentialBlob: TPM2B_ID_OBJECT, secret: TPM2B_ENCRYPTED_SECRET },
  response: { certInfo: TPM2B_DIGEST },
  decide: ({ activateHandle, keyHandle, credentialBlob, secret }, tpm) => {
    const key = credentialKey(slotAt(tpm, keyHandle), { handle: 2 });
    const name = entityName(tpm, activateHandle);
    const seed = positioned({ parameter: 2 }, () => decryptSecret(key, 'IDENTITY', secret));
    const certInfo = positioned({ parameter: 1 }, () =>
      fromOctets(TPM2B_DIGEST, unwrap(protectionOf(key, seed), name, credentialBlob, false)),
    );
    return answer({ certInfo });
  },
});
