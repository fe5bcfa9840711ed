import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { answer, command } from '../command.ts';

/** The most octets that one command gives: the size of the largest digest. */
const RANDOM_SIZE_MAX = 64;

/** Fresh random octets, at most 64, however many were asked for. */
export const getRandom = command({
  code: 0x17b,
  section: 'Part 3, 16.1 TPM2_GetRandom',
  handles: {},
  parameters: { bytesRequested: UINT16 },
  response: { randomBytes: TPM2B_DIGEST },
  decide: ({ bytesRequested }, _, { entropy }) =>
    answer({ randomBytes: entropy(Math.min(bytesRequested, RANDOM_SIZE_MAX)) }),
});
