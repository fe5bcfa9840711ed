import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import {
  TPMI_DH_OBJECT_OR_NULL,
  TPMI_RH_ENDORSEMENT,
  TPMI_SH_HMAC,
} from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { attest } from '../../tpm/attest.ts';
import { sessionAt } from '../../tpm/entities.ts';
import { selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { answer, command } from '../command.ts';

/**
 * Says which commands a session audited, as one digest. Refuses with TYPE a session that audits
 * nothing, KEY what does not sign, SCHEME a scheme that is not the key's.
 */
export const getSessionAuditDigest = command({
  code: 0x14d,
  section: 'Part 3, 18.5 TPM2_GetSessionAuditDigest',
  handles: {
    privacyAdminHandle: { codec: TPMI_RH_ENDORSEMENT, auth: 'USER' },
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
    sessionHandle: { codec: TPMI_SH_HMAC },
  },
  parameters: { qualifyingData: TPM2B_DATA, inScheme: TPMT_SIG_SCHEME_OR_NULL },
  response: { auditInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, sessionHandle, qualifyingData, inScheme }, tpm, circumstances) => {
    const { auditDigest } = sessionAt(tpm, sessionHandle);
    if (auditDigest === null) refuse('TYPE', { handle: 3 });
    const key = signingKeyAt(tpm, signHandle, 2);
    const scheme = selectSignScheme(key, inScheme, 2);
    const attested = {
      exclusiveSession: tpm.sessions.exclusiveAudit === sessionHandle,
      sessionDigest: auditDigest,
    };
    const signer = { key, scheme, qualifyingData };
    const made = attest(tpm, signer, { type: 'SESSION_AUDIT', attested }, circumstances);
    return answer({ auditInfo: made.attest, signature: made.signature }, ...made.events);
  },
});
