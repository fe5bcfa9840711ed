import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT_OR_NULL, TPMI_RH_ENDORSEMENT } from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { attest } from '../../tpm/attest.ts';
import { timeInfo } from '../../tpm/clock.ts';
import { selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { VENDOR } from '../../tpm/vendor.ts';
import { answer, command } from '../command.ts';

/**
 * Says what Time and Clock are, with the counters in the clear whoever signs. Refuses with KEY what
 * does not sign, with SCHEME a scheme that is not the key's.
 */
export const getTime = command({
  code: 0x14c,
  section: 'Part 3, 18.7 TPM2_GetTime',
  handles: {
    privacyAdminHandle: { codec: TPMI_RH_ENDORSEMENT, auth: 'USER' },
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
  },
  parameters: { qualifyingData: TPM2B_DATA, inScheme: TPMT_SIG_SCHEME_OR_NULL },
  response: { timeInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, qualifyingData, inScheme }, tpm, circumstances) => {
    const key = signingKeyAt(tpm, signHandle, 2);
    const scheme = selectSignScheme(key, inScheme, 2);
    const time = timeInfo(tpm.clock, circumstances.nowMs);
    const { firmwareVersion } = VENDOR;
    const signer = { key, scheme, qualifyingData };
    const attested = { type: 'TIME', attested: { time, firmwareVersion } } as const;
    const made = attest(tpm, signer, attested, circumstances);
    return answer({ timeInfo: made.attest, signature: made.signature }, ...made.events);
  },
});
