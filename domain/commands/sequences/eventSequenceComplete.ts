import { digest } from '../../crypto/hash.ts';
import { TPML_DIGEST_VALUES } from '../../structures/base.ts';
import { TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_DH_PCR_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { sequenceAt } from '../../tpm/entities.ts';
import { pcrAttributes, pcrValue } from '../../tpm/pcrs.ts';
import { finished, updated } from '../../tpm/sequences.ts';
import { answer, command } from '../command.ts';

/**
 * Adds the last data to an event sequence, extends a PCR by its digests (TPM_RH_NULL: none) and
 * gives them. Refuses with MODE what is no event sequence, LOCALITY where the PCR may not be
 * extended from the locality of the request.
 */
export const eventSequenceComplete = command({
  code: 0x185,
  section: 'Part 3, 17.7 TPM2_EventSequenceComplete',
  handles: {
    pcrHandle: { codec: TPMI_DH_PCR_OR_NULL, auth: 'USER' },
    sequenceHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' },
  },
  parameters: { buffer: TPM2B_MAX_BUFFER },
  response: { results: TPML_DIGEST_VALUES },
  isNv: true,
  isFlushed: true,
  decide: ({ pcrHandle: pcr, sequenceHandle: handle, buffer }, tpm, { locality }) => {
    const before = positioned({ handle: 2 }, () => sequenceAt(tpm, handle));
    if (before.purpose !== 'event') refuse('MODE', { handle: 2 });
    const results = finished(updated(before, buffer));
    const flushed = { type: 'ObjectFlushed', handle } as const;
    if (pcr === TPM_RH.NULL) return answer({ results }, flushed);
    if (((pcrAttributes(pcr).extend >>> locality) & 1) === 0) refuse('LOCALITY');
    const digests = results.flatMap(({ hashAlg, digest: measured }) => {
      const old = pcrValue(tpm.pcrs, hashAlg, pcr);
      return old === null ? [] : [{ hashAlg, digest: digest(hashAlg, old, measured) }];
    });
    if (digests.length === 0) return answer({ results }, flushed);
    return answer({ results }, { type: 'PcrExtended', pcr, digests }, flushed);
  },
});
