import { TPM2B_AUTH } from '../../structures/buffers.ts';
import { TPMI_RH_HIERARCHY_AUTH } from '../../structures/handles.ts';
import { stripTrailingZeros } from '../../structures/octets.ts';
import { secret } from '../../structures/secret.ts';
import { command, done } from '../command.ts';

/** Gives a hierarchy or lockout another authorization value; the largest digest bounds its size. */
export const hierarchyChangeAuth = command({
  code: 0x129,
  section: 'Part 3, 24.8 TPM2_HierarchyChangeAuth',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_HIERARCHY_AUTH, auth: 'USER' } },
  parameters: { newAuth: TPM2B_AUTH },
  response: {},
  isNv: true,
  decide: ({ authHandle, newAuth }) => {
    const auth = secret(stripTrailingZeros(newAuth.octets));
    return done({ type: 'HierarchyAuthChanged', hierarchy: authHandle, auth });
  },
});
