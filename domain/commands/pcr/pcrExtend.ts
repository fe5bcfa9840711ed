import { digest } from '../../crypto/hash.ts';
import { TPML_DIGEST_VALUES } from '../../structures/base.ts';
import { TPMI_DH_PCR_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { pcrAttributes, pcrValue } from '../../tpm/pcrs.ts';
import { command, done } from '../command.ts';

/**
 * Extends a PCR: each bank named in `digests` gets H(old || digest). TPM_RH_NULL changes nothing; a
 * PCR that Shutdown keeps makes the last one count for nothing, even when no bank is named.
 * Refuses with LOCALITY where the PCR may not be extended from the locality of the request.
 */
export const pcrExtend = command({
  code: 0x182,
  section: 'Part 3, 22.2 TPM2_PCR_Extend',
  handles: { pcrHandle: { codec: TPMI_DH_PCR_OR_NULL, auth: 'USER' } },
  parameters: { digests: TPML_DIGEST_VALUES },
  response: {},
  isNv: true,
  decide: ({ pcrHandle: pcr, digests }, tpm, { locality }) => {
    if (pcr === TPM_RH.NULL) return done();
    if (((pcrAttributes(pcr).extend >>> locality) & 1) === 0) refuse('LOCALITY');
    const extended = digests.flatMap(({ hashAlg, digest: measured }) => {
      const old = pcrValue(tpm.pcrs, hashAlg, pcr);
      return old === null ? [] : [{ hashAlg, digest: digest(hashAlg, old, measured) }];
    });
    if (extended.length > 0) return done({ type: 'PcrExtended', pcr, digests: extended });
    const isCancelling = pcrAttributes(pcr).isSaved && tpm.lifecycle.orderly !== 'none';
    return isCancelling ? done({ type: 'ShutdownCancelled' }) : done();
  },
});
