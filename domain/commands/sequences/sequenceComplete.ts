import { TPMT_TK_HASHCHECK } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_RH_HIERARCHY_OR_NULL } from '../../structures/handles.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { sequenceAt } from '../../tpm/entities.ts';
import { finished, finishedCmac, updated } from '../../tpm/sequences.ts';
import { hashTicket, nullTicket } from '../../tpm/tickets.ts';
import { answer, command } from '../command.ts';

/**
 * Adds the last data to a hash or MAC sequence and gives the result. A hash comes with a ticket
 * for a restricted key to sign it, unless its data could be a structure of the TPM's own. Refuses
 * with MODE what is no such sequence.
 */
export const sequenceComplete = command({
  code: 0x13e,
  section: 'Part 3, 17.6 TPM2_SequenceComplete',
  handles: { sequenceHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { buffer: TPM2B_MAX_BUFFER, hierarchy: TPMI_RH_HIERARCHY_OR_NULL },
  response: { result: TPM2B_DIGEST, validation: TPMT_TK_HASHCHECK },
  isFlushed: true,
  decide: ({ sequenceHandle: handle, buffer, hierarchy }, tpm) => {
    const before = positioned({ handle: 1 }, () => sequenceAt(tpm, handle));
    if (before.purpose === 'event') refuse('MODE', { handle: 1 });
    const complete = updated(before, buffer);
    const flushed = { type: 'ObjectFlushed', handle } as const;
    if (complete.purpose === 'cmac') {
      const validation = nullTicket('HASHCHECK');
      return answer({ result: finishedCmac(complete), validation }, flushed);
    }
    const [last] = finished(complete);
    if (last === undefined) throw new Error('a sequence has a hash');
    const { hashAlg, digest: result } = last;
    const isTicketSafe = complete.isTicketSafe === true;
    const validation =
      complete.purpose === 'hash'
        ? hashTicket(tpm, isTicketSafe, hierarchy, hashAlg, result)
        : nullTicket('HASHCHECK');
    return answer({ result, validation }, flushed);
  },
});
