import { digest } from '../../crypto/hash.ts';
import { TPML_DIGEST_VALUES } from '../../structures/base.ts';
import { TPM2B_EVENT } from '../../structures/buffers.ts';
import { TPMI_DH_PCR_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { HASH_ALGS } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { pcrAttributes, pcrValue } from '../../tpm/pcrs.ts';
import { answer, command } from '../command.ts';

/**
 * Hashes data in all banks' algorithms, extends a PCR with the digests, and gives them. TPM_RH_NULL
 * changes nothing. Refuses with LOCALITY where the PCR may not be extended from here.
 */
export const pcrEvent = command({
  code: 0x13c,
  section: 'Part 3, 22.3 TPM2_PCR_Event',
  handles: { pcrHandle: { codec: TPMI_DH_PCR_OR_NULL, auth: 'USER' } },
  parameters: { eventData: TPM2B_EVENT },
  response: { digests: TPML_DIGEST_VALUES },
  isNv: true,
  decide: ({ pcrHandle: pcr, eventData }, { pcrs }, { locality }) => {
    const isExtended = pcr !== TPM_RH.NULL;
    if (isExtended && ((pcrAttributes(pcr).extend >>> locality) & 1) === 0) refuse('LOCALITY');
    const digests = HASH_ALGS.map((hashAlg) => ({ hashAlg, digest: digest(hashAlg, eventData) }));
    const extended = digests.flatMap(({ hashAlg, digest: measured }) => {
      const old = isExtended ? pcrValue(pcrs, hashAlg, pcr) : null;
      return old === null ? [] : [{ hashAlg, digest: digest(hashAlg, old, measured) }];
    });
    if (extended.length === 0) return answer({ digests });
    return answer({ digests }, { type: 'PcrExtended', pcr, digests: extended });
  },
});
