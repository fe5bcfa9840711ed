import { digest } from '../../crypto/hash.ts';
import { TPML_PCR_SELECTION } from '../../structures/base.ts';
import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT_OR_NULL } from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { attest } from '../../tpm/attest.ts';
import { filterSelection, selectedValues } from '../../tpm/pcrs.ts';
import { hashOf, selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { answer, command } from '../command.ts';

/**
 * Says what values selected PCR have, as one digest. Refuses with KEY what does not sign, with
 * SCHEME a scheme that is not the key's, and no key: its hash is needed for the PCR.
 */
export const quote = command({
  code: 0x158,
  section: 'Part 3, 18.4 TPM2_Quote',
  handles: { signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' } },
  parameters: {
    qualifyingData: TPM2B_DATA,
    inScheme: TPMT_SIG_SCHEME_OR_NULL,
    PCRselect: TPML_PCR_SELECTION,
  },
  response: { quoted: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, qualifyingData, inScheme, PCRselect }, tpm, circumstances) => {
    const key = signingKeyAt(tpm, signHandle, 1);
    const scheme = selectSignScheme(key, inScheme, 2);
    const hashAlg = hashOf(scheme) ?? refuse('SCHEME', { parameter: 2 });
    const pcrSelect = filterSelection(tpm.pcrs, PCRselect);
    const pcrDigest = digest(hashAlg, ...selectedValues(tpm.pcrs, pcrSelect));
    const signer = { key, scheme, qualifyingData };
    const attested = { type: 'QUOTE', attested: { pcrSelect, pcrDigest } } as const;
    const made = attest(tpm, signer, attested, circumstances);
    return answer({ quoted: made.attest, signature: made.signature }, ...made.events);
  },
});
