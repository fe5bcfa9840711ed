import { TPM2B_AUTH } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_RH_NV_INDEX } from '../../structures/handles.ts';
import { stripTrailingZeros } from '../../structures/octets.ts';
import { secret } from '../../structures/secret.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvIndexAt } from '../../tpm/entities.ts';
import { checkNotLineage } from '../../tpm/nvAccess.ts';
import { command, done } from '../command.ts';

/**
 * Gives an NV index another authorization value. Refuses with SIZE one that is longer than the
 * digests of the index's nameAlg.
 */
export const nvChangeAuth = command({
  code: 0x13b,
  section: 'Part 3, 31.15 TPM2_NV_ChangeAuth',
  handles: { nvIndex: { codec: TPMI_RH_NV_INDEX, auth: 'ADMIN' } },
  parameters: { newAuth: TPM2B_AUTH },
  response: {},
  isNv: true,
  decide: ({ nvIndex, newAuth }, tpm) => {
    const { nameAlg } = nvIndexAt(tpm, nvIndex).publicArea;
    const value = stripTrailingZeros(newAuth.octets);
    if (value.length > DIGEST_SIZE[nameAlg]) refuse('SIZE', { parameter: 1 });
    checkNotLineage(tpm, nvIndex);
    return done({ type: 'NvAuthChanged', nvIndex, auth: secret(value) });
  },
});
