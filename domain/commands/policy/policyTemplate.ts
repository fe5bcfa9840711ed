import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { sameOctets } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * The policy will authorize creations from this template only. Refuses with CPHASH when it is bound
 * to anything but a template, VALUE when to another one, SIZE what is no digest of the session's
 * hash.
 */
export const policyTemplate: Command = command({
  code: 0x190,
  section: 'Part 3, 23.21 TPM2_PolicyTemplate',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: { templateHash: TPM2B_DIGEST },
  response: {},
  decide: ({ policySession, templateHash }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const before = session.policy.bound;
    if (before !== null && before.kind !== 'template') refuse('CPHASH');
    if (before !== null && !sameOctets(before.digest, templateHash)) {
      refuse('VALUE', { parameter: 1 });
    }
    if (templateHash.length !== DIGEST_SIZE[session.authHash]) refuse('SIZE', { parameter: 1 });
    const bound = { kind: 'template', digest: templateHash.slice() } as const;
    const digest = extendedDigest(session, policyTemplate.code, templateHash);
    return done(policyChanged(policySession, session, { digest, bound }));
  },
});
