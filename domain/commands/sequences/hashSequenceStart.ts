import { TPMI_ALG_HASH_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_AUTH } from '../../structures/buffers.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { eventSequence, hashSequence } from '../../tpm/sequences.ts';
import { answerHandle, command } from '../command.ts';

/**
 * Starts the hash of data that comes in pieces: with one algorithm, or with all of them for an
 * event when it is NULL. Refuses with OBJECT_MEMORY when there is no room for another object.
 */
export const hashSequenceStart = command({
  code: 0x186,
  section: 'Part 3, 17.4 TPM2_HashSequenceStart',
  handles: {},
  parameters: { auth: TPM2B_AUTH, hashAlg: TPMI_ALG_HASH_OR_NULL },
  responseHandle: 'sequenceHandle',
  response: {},
  decide: ({ auth, hashAlg }, tpm) => {
    const handle = freeTransient(tpm);
    const sequence = hashAlg === 'NULL' ? eventSequence(auth) : hashSequence(auth, hashAlg);
    return answerHandle(handle, {}, { type: 'SequenceStarted', handle, sequence });
  },
});
