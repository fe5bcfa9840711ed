import { cmac } from '../../crypto/cmac.ts';
import { hmac as hmacOf } from '../../crypto/hash.ts';
import { TPMI_ALG_MAC_SCHEME_OR_NULL } from '../../structures/algorithms.ts';
import { TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { macKeyAt } from '../../tpm/macKeys.ts';
import { answer, command } from '../command.ts';

/**
 * The MAC of data: an HMAC with a keyed hash, a CMAC with a cipher key (then it is TPM2_MAC, of the
 * same code). Refuses with TYPE what is neither, VALUE a scheme that is not the key's or none at
 * all, SCHEME one that does not go with such keys, ATTRIBUTES a restricted key, KEY one that does
 * not sign.
 */
export const hmac = command({
  code: 0x155,
  section: 'Part 3, 15.5 TPM2_HMAC',
  handles: { handle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { buffer: TPM2B_MAX_BUFFER, hashAlg: TPMI_ALG_MAC_SCHEME_OR_NULL },
  response: { outHMAC: TPM2B_DIGEST },
  decide: ({ handle, buffer, hashAlg }, tpm) => {
    const mac = macKeyAt(tpm, handle, hashAlg);
    return answer({
      outHMAC:
        mac.kind === 'hmac'
          ? hmacOf(mac.hashAlg, mac.key, buffer)
          : cmac(mac.algorithm, mac.key, buffer),
    });
  },
});
