import { TPMI_ALG_MAC_SCHEME_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_AUTH } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { macKeyAt } from '../../tpm/macKeys.ts';
import { macSequence } from '../../tpm/sequences.ts';
import { answerHandle, command } from '../command.ts';

/**
 * Starts the MAC of data that comes in pieces. Refuses as HMAC does, and with OBJECT_MEMORY when
 * there is no room for another object.
 */
export const hmacStart = command({
  code: 0x15b,
  section: 'Part 3, 17.2 TPM2_HMAC_Start',
  handles: { handle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { auth: TPM2B_AUTH, hashAlg: TPMI_ALG_MAC_SCHEME_OR_NULL },
  responseHandle: 'sequenceHandle',
  response: {},
  decide: ({ handle: keyHandle, auth, hashAlg }, tpm) => {
    const mac = macKeyAt(tpm, keyHandle, hashAlg);
    const handle = freeTransient(tpm);
    const sequence = macSequence(auth, mac);
    return answerHandle(handle, {}, { type: 'SequenceStarted', handle, sequence });
  },
});
