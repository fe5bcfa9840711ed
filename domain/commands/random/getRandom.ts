import { kdfa } from '../../crypto/kdf.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { EMPTY } from '../../structures/octets.ts';
import type { Secret } from '../../structures/secret.ts';
import { CONTEXT_HASH } from '../../tpm/tpm.ts';
import { answer, command } from '../command.ts';

/** The most octets that one command gives: the size of the largest digest. */
const RANDOM_SIZE_MAX = 64;
const NONCE_SIZE = 16;

/** Fresh random octets, at most 64, however many were asked for. */
export const getRandom = command({
  code: 0x17b,
  section: 'Part 3, 16.1 TPM2_GetRandom',
  handles: {},
  parameters: { bytesRequested: UINT16 },
  response: { randomBytes: TPM2B_DIGEST },
  decide: ({ bytesRequested }, { stirred }, { entropy }) => {
    const drawn = entropy(Math.min(bytesRequested, RANDOM_SIZE_MAX));
    const isStirred = stirred.length > 0 && drawn.length > 0;
    return answer({ randomBytes: isStirred ? mix(drawn, stirred, entropy(NONCE_SIZE)) : drawn });
  },
});

/** What was drawn, masked by what was stirred in: as good as the better of the two. */
function mix(drawn: Uint8Array, stirred: Secret, nonce: Uint8Array): Uint8Array {
  const bits = drawn.length * 8;
  const mask = kdfa(CONTEXT_HASH, stirred.octets, 'STIRRED', nonce, EMPTY, bits);
  return drawn.map((octet, i) => octet ^ (mask[i] ?? 0));
}
