import { eccPublicFromPrivate } from '../../crypto/ecc.ts';
import { TPMI_ECC_CURVE } from '../../structures/algorithms.ts';
import { UINT16 } from '../../structures/codec.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPM2B_ECC_POINT } from '../../structures/public.ts';
import { commitScalar, newCommitment } from '../../tpm/commits.ts';
import { answer, command } from '../command.ts';

/** An ephemeral key for a two-phase exchange, whose private half the counter stands for. */
export const ecEphemeral = command({
  code: 0x18e,
  section: 'Part 3, 19.3 TPM2_EC_Ephemeral',
  handles: {},
  parameters: { curveID: TPMI_ECC_CURVE },
  response: { Q: TPM2B_ECC_POINT, counter: UINT16 },
  decide: ({ curveID }, { commits }, { entropy }) => {
    const committed = newCommitment(commits, entropy);
    const r = commitScalar(committed, curveID, EMPTY);
    const Q = eccPublicFromPrivate(curveID, r);
    r.fill(0);
    return answer({ Q, counter: committed.counter }, committed);
  },
});
