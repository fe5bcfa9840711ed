import { OBJECT, has } from '../../structures/attributes.ts';
import { TPMT_TK_VERIFIED } from '../../structures/base.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPM_RH } from '../../structures/handles.ts';
import { TPMT_SIGNATURE } from '../../structures/schemes.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { slotAt } from '../../tpm/entities.ts';
import { verifySignature as verify } from '../../tpm/signing.ts';
import { makeTicket, nullTicket } from '../../tpm/tickets.ts';
import { answer, command } from '../command.ts';

/**
 * Verifies a signature and gives a ticket that says so; a NULL ticket for a key of the NULL
 * hierarchy or without Name. Refuses with ATTRIBUTES a key that does not sign, SIGNATURE, SCHEME or
 * HANDLE what it did not or could not have signed.
 */
export const verifySignature = command({
  code: 0x177,
  section: 'Part 3, 20.1 TPM2_VerifySignature',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT } },
  parameters: { digest: TPM2B_DIGEST, signature: TPMT_SIGNATURE },
  response: { validation: TPMT_TK_VERIFIED },
  decide: ({ keyHandle, digest, signature }, tpm) => {
    const key = slotAt(tpm, keyHandle);
    const isSigning = key.kind === 'object' && has(key.publicArea.objectAttributes, OBJECT.sign);
    if (!isSigning) refuse('ATTRIBUTES', { handle: 1 });
    positioned({ parameter: 2 }, () => {
      verify(key, digest, signature);
    });
    const { hierarchy, name } = key;
    const isNamed = hierarchy !== TPM_RH.NULL && name.length > 0;
    const validation = isNamed
      ? makeTicket(tpm, 'VERIFIED', hierarchy, digest, name)
      : nullTicket('VERIFIED');
    return answer({ validation });
  },
});
