import { OBJECT, has } from '../../structures/attributes.ts';
import { TPMT_TK_HASHCHECK } from '../../structures/base.ts';
import { TPM2B_DIGEST } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { hashOf, selectSignScheme, signDigest, signingKeyAt } from '../../tpm/signing.ts';
import { hashTicketParts, isTicketGenuine } from '../../tpm/tickets.ts';
import { answer, command } from '../command.ts';

/**
 * Signs a digest. A restricted key wants proof, by a ticket, that the TPM made the digest and that
 * it is not over a structure of the TPM's own.
 *
 * Refuses with KEY what does not sign, ATTRIBUTES a key for certificates, SCHEME a scheme that is
 * not the key's, TICKET a missing or wrong proof, SIZE a digest of another size than the scheme's,
 * VALUE a count that stands for no commitment.
 */
export const sign = command({
  code: 0x15d,
  section: 'Part 3, 20.2 TPM2_Sign',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    digest: TPM2B_DIGEST,
    inScheme: TPMT_SIG_SCHEME_OR_NULL,
    validation: TPMT_TK_HASHCHECK,
  },
  response: { signature: TPMT_SIGNATURE_OR_NULL },
  decide: ({ keyHandle, digest, inScheme, validation }, tpm, { entropy }) => {
    const key = signingKeyAt(tpm, keyHandle, 1);
    const attributes = key?.publicArea.objectAttributes ?? 0;
    if (has(attributes, OBJECT.x509sign)) refuse('ATTRIBUTES', { handle: 1 });
    const scheme = selectSignScheme(key, inScheme, 2);
    const hashAlg = hashOf(scheme);
    if (hashAlg === null) throw new Error('a scheme that was selected for a key has a hash');
    if (validation.digest.length > 0 || has(attributes, OBJECT.restricted)) {
      const isProven = isTicketGenuine(tpm, validation, ...hashTicketParts(hashAlg, digest));
      if (!isProven) refuse('TICKET', { parameter: 3 });
    } else if (digest.length !== DIGEST_SIZE[hashAlg]) {
      refuse('SIZE', { parameter: 1 });
    }
    const { signature, events } = signDigest(tpm, key, scheme, digest, entropy);
    return answer({ signature }, ...events);
  },
});
