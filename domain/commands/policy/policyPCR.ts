import { digest } from '../../crypto/hash.ts';
import { TPML_PCR_SELECTION } from '../../structures/base.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { toOctets } from '../../structures/codec.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { sameOctets } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { filterSelection, selectedValues } from '../../tpm/pcrs.ts';
import {
  extendedDigest,
  isTrial,
  policyChanged,
  policySessionAt,
  type PolicySession,
} from '../../tpm/policy.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { command, done, type Command } from '../command.ts';

/**
 * Selected PCR have the values that the policy is about. Refuses with VALUE when they have others
 * than `pcrDigest` says, with PCR_CHANGED when any PCR changed since an earlier PolicyPCR.
 */
export const policyPCR: Command = command({
  code: 0x17f,
  section: 'Part 3, 23.7 TPM2_PolicyPCR',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { pcrDigest: TPM2B_DIGEST, pcrs: TPML_PCR_SELECTION },
  response: {},
  decide: ({ policySession, pcrDigest, pcrs }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const selection = filterSelection(tpm.pcrs, pcrs);
    const current = digest(session.authHash, ...selectedValues(tpm.pcrs, selection));
    if (!isTrial(session)) checkPcrs(tpm, session, pcrDigest, current);
    const meant = pcrDigest.length === 0 ? current : pcrDigest;
    const selected = toOctets(TPML_PCR_SELECTION, selection);
    const { updateCounter } = tpm.pcrs;
    const change = {
      digest: extendedDigest(session, policyPCR.code, selected, meant),
      ...(isTrial(session) ? {} : { pcrUpdateCounter: updateCounter }),
    };
    return done(policyChanged(policySession, session, change));
  },
});

function checkPcrs(
  { pcrs }: Tpm,
  { policy }: PolicySession,
  pcrDigest: Uint8Array,
  current: Uint8Array,
): void {
  const checkedAt = policy.pcrUpdateCounter;
  if (checkedAt !== null && checkedAt !== pcrs.updateCounter) refuse('PCR_CHANGED');
  if (pcrDigest.length > 0 && !sameOctets(pcrDigest, current)) refuse('VALUE', { parameter: 1 });
}
