import { digest } from '../../crypto/hash.ts';
import { TPM2B_SENSITIVE_DATA } from '../../structures/buffers.ts';
import { Secret } from '../../structures/secret.ts';
import { CONTEXT_HASH } from '../../tpm/tpm.ts';
import { command, done } from '../command.ts';

/** Adds the caller's octets to what random octets are drawn from until the next Startup. */
export const stirRandom = command({
  code: 0x146,
  section: 'Part 3, 16.2 TPM2_StirRandom',
  handles: {},
  parameters: { inData: TPM2B_SENSITIVE_DATA },
  response: {},
  isNv: true,
  decide: ({ inData }, { stirred }) => {
    const pool = digest(CONTEXT_HASH, stirred.octets, inData.octets);
    return done({ type: 'RandomStirred', stirred: new Secret(pool) });
  },
});
