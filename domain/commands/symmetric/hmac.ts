import { hmac as hmacOf } from '../../crypto/hash.ts';
import { TPMI_ALG_MAC_SCHEME_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { macKeyAt } from '../../tpm/macKeys.ts';
import { answer, command } from '../command.ts';

/**
 * The HMAC of data with a keyed-hash key. Refuses with TYPE what is no such key, VALUE a hash that
 * is not the key's or none at all, ATTRIBUTES a restricted key, KEY one that does not sign.
 */
export const hmac = command({
  code: 0x155,
  section: 'Part 3, 15.5 TPM2_HMAC',
  handles: { handle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { buffer: TPM2B_MAX_BUFFER, hashAlg: TPMI_ALG_MAC_SCHEME_OR_NULL },
  response: { outHMAC: TPM2B_DIGEST },
  decide: ({ handle, buffer, hashAlg }, tpm) => {
    const { hash, key } = macKeyAt(tpm, handle, hashAlg);
    return answer({ outHMAC: hmacOf(hash, key, buffer) });
  },
});
