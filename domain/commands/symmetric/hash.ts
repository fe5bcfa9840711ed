import { digest } from '../../crypto/hash.ts';
import { TPMI_ALG_HASH } from '../../structures/algorithms.ts';
import { TPMT_TK_HASHCHECK } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_RH_HIERARCHY_OR_NULL } from '../../structures/handles.ts';
import { isSafe } from '../../tpm/sequences.ts';
import { hashTicket } from '../../tpm/tickets.ts';
import { answer, command } from '../command.ts';

/** Fewer octets cannot begin with TPM_GENERATED_VALUE. */
const TELLING_SIZE = 4;

/**
 * Hashes data, with a ticket for a restricted key to sign the digest; a NULL ticket for the NULL
 * hierarchy and for data that could be a structure of the TPM's own.
 */
export const hash = command({
  code: 0x17d,
  section: 'Part 3, 15.4 TPM2_Hash',
  handles: {},
  parameters: {
    data: TPM2B_MAX_BUFFER,
    hashAlg: TPMI_ALG_HASH,
    hierarchy: TPMI_RH_HIERARCHY_OR_NULL,
  },
  response: { outHash: TPM2B_DIGEST, validation: TPMT_TK_HASHCHECK },
  decide: ({ data, hashAlg, hierarchy }, tpm) => {
    const outHash = digest(hashAlg, data);
    const isTicketSafe = data.length < TELLING_SIZE || isSafe(data);
    const validation = hashTicket(tpm, isTicketSafe, hierarchy, hashAlg, outHash);
    return answer({ outHash, validation });
  },
});
