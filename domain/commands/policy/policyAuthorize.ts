import { digest } from '../../crypto/hash.ts';
import { TPMI_ALG_HASH } from '../../structures/algorithms.ts';
import { TPMT_TK_VERIFIED } from '../../structures/base.ts';
import { TPM2B_DIGEST, TPM2B_NAME, TPM2B_NONCE } from '../../structures/buffers.ts';
import { fromOctets } from '../../structures/codec.ts';
import { DIGEST_SIZE, type HashAlg } from '../../structures/hashAlg.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { sameOctets } from '../../structures/octets.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import {
  authorizedDigest,
  isTrial,
  policyChanged,
  policySessionAt,
  zeroDigest,
} from '../../tpm/policy.ts';
import { isTicketGenuine } from '../../tpm/tickets.ts';
import { command, done, type Command } from '../command.ts';

/**
 * Somebody approved this policy by signature: the digest becomes that of the signer. Refuses with
 * VALUE when approvedPolicy is not what the session has come to, or the ticket does not say that
 * the key signed it; with HASH or SIZE a keySign that is no Name.
 */
export const policyAuthorize: Command = command({
  code: 0x16a,
  section: 'Part 3, 23.16 TPM2_PolicyAuthorize',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {
    approvedPolicy: TPM2B_DIGEST,
    policyRef: TPM2B_NONCE,
    keySign: TPM2B_NAME,
    checkTicket: TPMT_TK_VERIFIED,
  },
  response: {},
  decide: ({ policySession, approvedPolicy, policyRef, keySign, checkTicket }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    const hashAlg = hashOfName(keySign);
    if (!isTrial(session)) {
      const isCurrent = sameOctets(session.policy.digest, approvedPolicy);
      if (!isCurrent) refuse('VALUE', { parameter: 1 });
      const aHash = digest(hashAlg, approvedPolicy, policyRef);
      const isSigned = isTicketGenuine(tpm, checkTicket, aHash, keySign);
      if (!isSigned) refuse('VALUE', { parameter: 4 });
    }
    const { code } = policyAuthorize;
    const approved = authorizedDigest(session, zeroDigest(session), code, keySign, policyRef);
    return done(policyChanged(policySession, session, { digest: approved }));
  },
});

/** The hash that a key's Name is in. */
function hashOfName(name: Uint8Array): HashAlg {
  if (name.length < 2) refuse('HASH', { parameter: 3 });
  const hashAlg = positioned({ parameter: 3 }, () =>
    fromOctets(TPMI_ALG_HASH, name.subarray(0, 2)),
  );
  if (name.length !== 2 + DIGEST_SIZE[hashAlg]) refuse('SIZE', { parameter: 3 });
  return hashAlg;
}
