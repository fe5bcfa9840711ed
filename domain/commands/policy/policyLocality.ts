import { TPMA_LOCALITY } from '../../structures/attributes.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/** TPMA_LOCALITY is a bit map below this, one locality from it on. */
const EXTENDED_FIRST = 32;

/**
 * The policy can be used from these localities only, and from those of earlier ones only. Refuses
 * with RANGE when none would be left.
 */
export const policyLocality: Command = command({
  code: 0x16f,
  section: 'Part 3, 23.8 TPM2_PolicyLocality',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { locality: TPMA_LOCALITY },
  response: {},
  decide: ({ policySession, locality }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const localities = commonLocalities(session.policy.localities, locality);
    if (localities === 0) refuse('RANGE', { parameter: 1 });
    const digest = extendedDigest(session, policyLocality.code, new Uint8Array([locality]));
    return done(policyChanged(policySession, session, { digest, localities }));
  },
});

/** What two TPMA_LOCALITY allow in common; 0 for nothing. */
function commonLocalities(before: number | null, added: number): number {
  if (before === null) return added;
  const isBitMap = before < EXTENDED_FIRST && added < EXTENDED_FIRST;
  if (isBitMap) return before & added;
  return before === added ? added : 0;
}
