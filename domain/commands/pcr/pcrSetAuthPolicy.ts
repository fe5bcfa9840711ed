import { TPMI_ALG_HASH_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_DH_PCR, TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { isAuthorizedPcr } from '../../tpm/pcrs.ts';
import { command, done } from '../command.ts';

/**
 * Sets the policy of a group of PCR, or none. Refuses with SIZE a policy of another size than the
 * hash's, with VALUE a PCR of no such group.
 */
export const pcrSetAuthPolicy = command({
  code: 0x12c,
  section: 'Part 3, 22.6 TPM2_PCR_SetAuthPolicy',
  presence: 'configurable',
  isNv: true,
  handles: { authHandle: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: { authPolicy: TPM2B_DIGEST, hashAlg: TPMI_ALG_HASH_OR_NULL, pcrNum: TPMI_DH_PCR },
  response: {},
  decide: ({ authPolicy, hashAlg, pcrNum }) => {
    const size = hashAlg === 'NULL' ? 0 : DIGEST_SIZE[hashAlg];
    if (authPolicy.length !== size) refuse('SIZE', { parameter: 1 });
    if (!isAuthorizedPcr(pcrNum)) refuse('VALUE', { parameter: 3 });
    const policy = hashAlg === 'NULL' ? null : { hashAlg, digest: authPolicy.slice() };
    return done({ type: 'PcrPolicySet', policy });
  },
});
