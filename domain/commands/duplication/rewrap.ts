import { TPM2B_ENCRYPTED_SECRET, TPM2B_NAME, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TpmError, positioned, refuse } from '../../structures/tpmError.ts';
import { newParentAt } from '../../tpm/duplication.ts';
import type { TpmObject } from '../../tpm/objects.ts';
import { protectionOf, unwrap, wrap } from '../../tpm/privateBlob.ts';
import { decryptSecret, encryptSecret } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Takes the outer wrapper of a duplicate off and puts another on. Refuses with HANDLE a seed
 * without an old parent or the reverse, TYPE what is no storage key, VALUE a seed that the old
 * parent cannot decrypt, INTEGRITY a duplicate that is not as it was.
 */
export const rewrap = command({
  code: 0x152,
  section: 'Part 3, 13.2 TPM2_Rewrap',
  handles: {
    oldParent: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
    newParent: { codec: TPMI_DH_OBJECT_OR_NULL },
  },
  parameters: {
    inDuplicate: TPM2B_PRIVATE,
    name: TPM2B_NAME,
    inSymSeed: TPM2B_ENCRYPTED_SECRET,
  },
  response: { outDuplicate: TPM2B_PRIVATE, outSymSeed: TPM2B_ENCRYPTED_SECRET },
  decide: ({ oldParent, newParent, inDuplicate, name, inSymSeed }, tpm, { entropy }) => {
    const hasOld = oldParent !== TPM_RH.NULL;
    if (hasOld !== inSymSeed.length > 0) refuse('HANDLE', { handle: 1 });
    const inner = hasOld
      ? unwrapped(newParentAt(tpm, oldParent, { handle: 1 }), name, inDuplicate, inSymSeed)
      : inDuplicate;
    if (newParent === TPM_RH.NULL) return answer({ outDuplicate: inner, outSymSeed: EMPTY });
    const parent = newParentAt(tpm, newParent, { handle: 2 });
    const { data, secret } = encryptSecret(parent.publicArea, 'DUPLICATE', entropy);
    const outDuplicate = wrap(protectionOf(parent, data), name, inner, null);
    return answer({ outDuplicate, outSymSeed: secret });
  },
});

function unwrapped(
  parent: TpmObject,
  name: Uint8Array,
  wrapped: Uint8Array,
  seed: Uint8Array,
): Uint8Array {
  const data = decryptedSeed(parent, seed);
  return positioned({ parameter: 1 }, () =>
    unwrap(protectionOf(parent, data), name, wrapped, false),
  );
}

/** However a seed cannot be decrypted, it is VALUE. */
function decryptedSeed(parent: TpmObject, seed: Uint8Array): Uint8Array {
  try {
    return decryptSecret(parent, 'DUPLICATE', seed);
  } catch (error) {
    if (error instanceof TpmError) refuse('VALUE', { parameter: 3 });
    throw error;
  }
}
