import { TPM_ALG } from '../../structures/algorithms.ts';
import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import { digest } from '../../crypto/hash.ts';
import { TPMI_DH_OBJECT_OR_NULL, TPMI_RH_ENDORSEMENT } from '../../structures/handles.ts';
import { EMPTY, u32 } from '../../structures/octets.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { attest } from '../../tpm/attest.ts';
import { selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { auditedCommands } from '../auditedCommands.ts';
import { answer } from '../command.ts';
import { commandOfTable } from '../commandOfTable.ts';

/**
 * Says which commands the TPM audited, as one digest, which then begins anew if a key signed it.
 * Refuses with KEY what does not sign, SCHEME a scheme that is not the key's.
 */
export const getCommandAuditDigest = commandOfTable({
  code: 0x133,
  section: 'Part 3, 18.6 TPM2_GetCommandAuditDigest',
  isNv: true,
  handles: {
    privacyHandle: { codec: TPMI_RH_ENDORSEMENT, auth: 'USER' },
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
  },
  parameters: { qualifyingData: TPM2B_DATA, inScheme: TPMT_SIG_SCHEME_OR_NULL },
  response: { auditInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, qualifyingData, inScheme }, tpm, circumstances, table) => {
    const key = signingKeyAt(tpm, signHandle, 2);
    const scheme = selectSignScheme(key, inScheme, 2);
    const { hashAlg, counter, digest: auditDigest } = tpm.audit;
    const attested = {
      auditCounter: counter,
      digestAlg: TPM_ALG[hashAlg],
      auditDigest: auditDigest ?? EMPTY,
      commandDigest: digest(hashAlg, ...auditedCommands(tpm.audit, table).map(u32)),
    };
    const signer = { key, scheme, qualifyingData };
    const made = attest(tpm, signer, { type: 'COMMAND_AUDIT', attested }, circumstances);
    const response = { auditInfo: made.attest, signature: made.signature };
    if (key === null) return answer(response, ...made.events);
    return answer(response, ...made.events, { type: 'CommandAuditReset' });
  },
});
