import { digest } from '../../crypto/hash.ts';
import { TPMT_HA } from '../../structures/base.ts';
import { TPMI_RH_NV_AUTH, TPMI_RH_NV_INDEX, TPMI_SH_POLICY } from '../../structures/handles.ts';
import { sameOctets, u32 } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { Reader } from '../../structures/wire.ts';
import { entityName } from '../../tpm/entities.ts';
import type { NvIndex } from '../../tpm/nv.ts';
import { checkNvRead } from '../../tpm/nvAccess.ts';
import {
  isTrial,
  policyChanged,
  policySessionAt,
  zeroDigest,
  type PolicySession,
} from '../../tpm/policy.ts';
import { command, done, type Command } from '../command.ts';

/**
 * Whoever may write an NV index approved this policy by writing its digest: the digest becomes that
 * of the index. Refuses as every read of NV does, with HASH or VALUE when the index holds another.
 */
export const policyAuthorizeNV: Command = command({
  code: 0x192,
  section: 'Part 3, 23.22 TPM2_PolicyAuthorizeNV',
  handles: {
    authHandle: { codec: TPMI_RH_NV_AUTH, auth: 'USER' },
    nvIndex: { codec: TPMI_RH_NV_INDEX },
    policySession: { codec: TPMI_SH_POLICY },
  },
  parameters: {},
  response: {},
  decide: ({ authHandle, nvIndex, policySession }, tpm) => {
    const session = policySessionAt(tpm, policySession);
    if (!isTrial(session)) checkApproved(checkNvRead(tpm, authHandle, nvIndex), session);
    const zero = zeroDigest(session);
    const name = entityName(tpm, nvIndex);
    const approved = digest(session.authHash, zero, u32(policyAuthorizeNV.code), name);
    return done(policyChanged(policySession, session, { digest: approved }));
  },
});

function checkApproved({ data }: NvIndex, session: PolicySession): void {
  const approved = TPMT_HA.unmarshal(new Reader(data.octets));
  if (approved.hashAlg !== session.authHash) refuse('HASH');
  if (!sameOctets(approved.digest, session.policy.digest)) refuse('VALUE');
}
