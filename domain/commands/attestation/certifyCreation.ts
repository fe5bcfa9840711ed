import { TPMT_TK_CREATION } from '../../structures/base.ts';
import { TPM2B_ATTEST, TPM2B_DATA, TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_DH_OBJECT_OR_NULL } from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { attest } from '../../tpm/attest.ts';
import { entityName } from '../../tpm/entities.ts';
import { selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { isTicketGenuine } from '../../tpm/tickets.ts';
import { answer, command } from '../command.ts';

/**
 * Says that this TPM created an object, and in which circumstances. Refuses with KEY what does not
 * sign, SCHEME a scheme that is not the key's, TICKET what it did not create or not so.
 */
export const certifyCreation = command({
  code: 0x14a,
  section: 'Part 3, 18.3 TPM2_CertifyCreation',
  handles: {
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
    objectHandle: { codec: TPMI_DH_OBJECT },
  },
  parameters: {
    qualifyingData: TPM2B_DATA,
    creationHash: TPM2B_DIGEST,
    inScheme: TPMT_SIG_SCHEME_OR_NULL,
    creationTicket: TPMT_TK_CREATION,
  },
  response: { certifyInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, objectHandle, creationTicket, ...rest }, tpm, circumstances) => {
    const { qualifyingData, creationHash, inScheme } = rest;
    const key = signingKeyAt(tpm, signHandle, 1);
    const scheme = selectSignScheme(key, inScheme, 3);
    const objectName = entityName(tpm, objectHandle);
    const isCreated = isTicketGenuine(tpm, creationTicket, objectName, creationHash);
    if (!isCreated) refuse('TICKET', { parameter: 4 });
    const signer = { key, scheme, qualifyingData };
    const attested = { type: 'CREATION', attested: { objectName, creationHash } } as const;
    const made = attest(tpm, signer, attested, circumstances);
    return answer({ certifyInfo: made.attest, signature: made.signature }, ...made.events);
  },
});
