import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_DH_OBJECT_OR_NULL } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { attest } from '../../tpm/attest.ts';
import { slotAt } from '../../tpm/entities.ts';
import { selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { answer, command } from '../command.ts';

/**
 * Says that an object is in this TPM, and where in its hierarchies. Refuses with KEY what does not
 * sign, with SCHEME a scheme that is not the key's.
 */
export const certify = command({
  code: 0x148,
  section: 'Part 3, 18.2 TPM2_Certify',
  handles: {
    objectHandle: { codec: TPMI_DH_OBJECT, auth: 'ADMIN' },
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
  },
  parameters: { qualifyingData: TPM2B_DATA, inScheme: TPMT_SIG_SCHEME_OR_NULL },
  response: { certifyInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ objectHandle, signHandle, qualifyingData, inScheme }, tpm, circumstances) => {
    const key = signingKeyAt(tpm, signHandle, 2);
    const scheme = selectSignScheme(key, inScheme, 2);
    const object = slotAt(tpm, objectHandle);
    const name = object.kind === 'object' ? object.name : EMPTY;
    // A qualified Name would tell apart keys that are certified anonymously.
    const isNamed = object.kind === 'object' && scheme.scheme !== 'ECDAA';
    const qualifiedName = isNamed ? object.qualifiedName : EMPTY;
    const signer = { key, scheme, qualifyingData };
    const attested = { type: 'CERTIFY', attested: { name, qualifiedName } } as const;
    const made = attest(tpm, signer, attested, circumstances);
    return answer({ certifyInfo: made.attest, signature: made.signature }, ...made.events);
  },
});
