import { eccPublicFromPrivate } from '../../crypto/ecc.ts';
import { CURVES } from '../../crypto/curves.ts';
import { digest } from '../../crypto/hash.ts';
import { toInteger, toOctets } from '../../crypto/integers.ts';
import { TPM2B_ECC_PARAMETER, TPM2B_SENSITIVE_DATA } from '../../structures/buffers.ts';
import { UINT16 } from '../../structures/codec.ts';
import { COORDINATE_SIZE } from '../../structures/eccCurve.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPM2B_ECC_POINT, type TpmsEccPoint } from '../../structures/public.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { commitScalar, newCommitment } from '../../tpm/commits.ts';
import { eccKeyAt, type EccKey } from '../../tpm/eccKeys.ts';
import { pointOfKey, sharedPoint } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

const NO_POINT: TpmsEccPoint = { x: EMPTY, y: EMPTY };

/**
 * The first half of an anonymous signature: K = d P2 and L = r P2 for the point P2 whose
 * x-coordinate is the hash of s2, and E = r P1, with r a one-time secret that the counter stands
 * for. Without any point E is r G.
 *
 * Refuses with KEY another key, SCHEME one that does not sign anonymously, SIZE one of s2 and y2
 * without the other, ECC_POINT points that are not on the key's curve.
 */
export const commit = command({
  code: 0x18b,
  section: 'Part 3, 19.2 TPM2_Commit',
  handles: { signHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { P1: TPM2B_ECC_POINT, s2: TPM2B_SENSITIVE_DATA, y2: TPM2B_ECC_PARAMETER },
  response: { K: TPM2B_ECC_POINT, L: TPM2B_ECC_POINT, E: TPM2B_ECC_POINT, counter: UINT16 },
  decide: ({ signHandle, P1, s2, y2 }, tpm, { entropy }) => {
    const key = eccKeyAt(tpm, signHandle);
    const { publicArea, sensitive, name } = key;
    if (publicArea.parameters.scheme.scheme !== 'ECDAA') refuse('SCHEME', { handle: 1 });
    if ((s2.length === 0) !== (y2.length === 0)) refuse('SIZE', { parameter: 3 });
    const p2 = s2.length === 0 ? null : hashedPoint(key, s2.octets, y2);
    const isGiven = P1.x.length > 0 || P1.y.length > 0;
    const p1 = isGiven ? positioned({ parameter: 1 }, () => pointOfKey(publicArea, P1)) : null;
    if (sensitive === null) refuse('KEY', { handle: 1 });
    const committed = newCommitment(tpm.commits, entropy);
    const { curveID } = publicArea.parameters;
    const r = commitScalar(committed, curveID, name);
    const times = (d: Uint8Array, point: TpmsEccPoint | null): TpmsEccPoint =>
      point === null ? NO_POINT : sharedPoint(publicArea, d, point);
    const K = times(sensitive.sensitive.octets, p2);
    const L = times(r, p2);
    const isNothingGiven = p1 === null && p2 === null;
    const E = isNothingGiven ? eccPublicFromPrivate(curveID, r) : times(r, p1);
    r.fill(0);
    return answer({ K, L, E, counter: committed.counter }, committed);
  },
});

/** The point of the key's curve with the hash of s2 as its x-coordinate. Part 1, C.4.2 ECDAA */
function hashedPoint({ publicArea }: EccKey, s2: Uint8Array, y: Uint8Array): TpmsEccPoint {
  const { nameAlg, parameters } = publicArea;
  if (nameAlg === 'NULL') refuse('HASH', { handle: 1 });
  const { p } = CURVES[parameters.curveID];
  const size = COORDINATE_SIZE[parameters.curveID];
  const x = toOctets(toInteger(digest(nameAlg, s2)) % p, size);
  return positioned({ parameter: 2 }, () => pointOfKey(publicArea, { x, y }));
}
