import { TPMI_ALG_HASH_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { TPMI_RH_HIERARCHY_POLICY } from '../../structures/handles.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { command, done } from '../command.ts';

/**
 * Gives a hierarchy or lockout a policy, or none with TPM_ALG_NULL. Refuses with SIZE one that is
 * no digest of the algorithm.
 */
export const setPrimaryPolicy = command({
  code: 0x12e,
  section: 'Part 3, 24.3 TPM2_SetPrimaryPolicy',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_HIERARCHY_POLICY, auth: 'USER' } },
  parameters: { authPolicy: TPM2B_DIGEST, hashAlg: TPMI_ALG_HASH_OR_NULL },
  response: {},
  isNv: true,
  decide: ({ authHandle, authPolicy, hashAlg }) => {
    const size = hashAlg === 'NULL' ? 0 : DIGEST_SIZE[hashAlg];
    if (authPolicy.length !== size) refuse('SIZE', { parameter: 1 });
    const policy = hashAlg === 'NULL' ? null : { hashAlg, digest: authPolicy.slice() };
    return done({ type: 'HierarchyPolicySet', hierarchy: authHandle, policy });
  },
});
