import { digest } from '../../crypto/hash.ts';
import type { Attested } from '../../structures/attestation.ts';
import { TPM2B_ATTEST, TPM2B_DATA } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import type { HashAlg } from '../../structures/hashAlg.ts';
import {
  TPMI_DH_OBJECT_OR_NULL,
  TPMI_RH_NV_AUTH,
  TPMI_RH_NV_INDEX,
} from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { attest } from '../../tpm/attest.ts';
import { nvName } from '../../tpm/names.ts';
import type { NvIndex } from '../../tpm/nv.ts';
import { NV_BUFFER_MAX, checkNvRead } from '../../tpm/nvAccess.ts';
import { hashOf, selectSignScheme, signingKeyAt } from '../../tpm/signing.ts';
import { answer, command } from '../command.ts';

/**
 * Says what an NV index holds: octets of it, or the digest of all when size and offset are zero.
 * Refuses with KEY what does not sign, with SCHEME a scheme that is not the key's, as every read of
 * NV does, with NV_RANGE what lies beyond its end.
 */
export const nvCertify = command({
  code: 0x184,
  section: 'Part 3, 31.16 TPM2_NV_Certify',
  handles: {
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
  },
  parameters: {
    qualifyingData: TPM2B_DATA,
    inScheme: TPMT_SIG_SCHEME_OR_NULL,
    size: UINT16,
    offset: UINT16,
  },
  response: { certifyInfo: TPM2B_ATTEST, signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ signHandle, authHandle, nvIndex, size, offset, ...rest }, tpm, circumstances) => {
    const key = signingKeyAt(tpm, signHandle, 1);
    const scheme = selectSignScheme(key, rest.inScheme, 2);
    const index = checkNvRead(tpm, authHandle, nvIndex);
    if (size + offset > index.publicArea.dataSize) refuse('NV_RANGE');
    if (size > NV_BUFFER_MAX) refuse('VALUE', { parameter: 3 });
    const signer = { key, scheme, qualifyingData: rest.qualifyingData };
    const attested = contentsOf(index, size, offset, hashOf(scheme));
    const made = attest(tpm, signer, attested, circumstances);
    return answer({ certifyInfo: made.attest, signature: made.signature }, ...made.events);
  },
});

function contentsOf(
  { publicArea, data }: NvIndex,
  size: number,
  offset: number,
  hashAlg: HashAlg | null,
): Attested {
  const indexName = nvName(publicArea);
  if (size === 0 && offset === 0) {
    const nvDigest = hashAlg === null ? EMPTY : digest(hashAlg, data.octets);
    return { type: 'NV_DIGEST', attested: { indexName, nvDigest } };
  }
  const nvContents = data.octets.subarray(offset, offset + size);
  return { type: 'NV', attested: { indexName, offset, nvContents } };
}
