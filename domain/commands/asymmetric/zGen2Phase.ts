import { mqvExchange, sm2Exchange, type PeerPoints } from '../../crypto/keyExchange.ts';
import { TPMI_ECC_KEY_EXCHANGE } from '../../structures/algorithms.ts';
import { OBJECT, has } from '../../structures/attributes.ts';
import { UINT16, type Of } from '../../structures/codec.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPM2B_ECC_POINT, type TpmsEccPoint } from '../../structures/public.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { commitScalar, pendingCommitment } from '../../tpm/commits.ts';
import { eccKeyAt, type EccKey } from '../../tpm/eccKeys.ts';
import { pointOfKey, sharedPoint } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

type Scheme = Of<typeof TPMI_ECC_KEY_EXCHANGE>;
type Shared = { readonly outZ1: TpmsEccPoint; readonly outZ2: TpmsEccPoint };

const NO_POINT: TpmsEccPoint = { x: EMPTY, y: EMPTY };

/**
 * What a key and an ephemeral key of TPM2_EC_Ephemeral share with those of another party: two
 * points by ECDH, one by MQV and SM2. The ephemeral key is used up.
 *
 * Refuses with KEY another key, ATTRIBUTES a restricted key or one that does not decrypt, SCHEME a
 * scheme that is not the key's, ECC_POINT points that are not on the key's curve, VALUE a counter
 * that stands for no ephemeral key, NO_RESULT when the shared point is the one at infinity.
 */
export const zGen2Phase = command({
  code: 0x18d,
  section: 'Part 3, 14.7 TPM2_ZGen_2Phase',
  handles: { keyA: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    inQsB: TPM2B_ECC_POINT,
    inQeB: TPM2B_ECC_POINT,
    inScheme: TPMI_ECC_KEY_EXCHANGE,
    counter: UINT16,
  },
  response: { outZ1: TPM2B_ECC_POINT, outZ2: TPM2B_ECC_POINT },
  decide: ({ keyA, inQsB, inQeB, inScheme, counter }, tpm) => {
    const key = eccKeyAt(tpm, keyA);
    const { publicArea, sensitive } = key;
    const { objectAttributes, parameters } = publicArea;
    const isUsable =
      has(objectAttributes, OBJECT.decrypt) && !has(objectAttributes, OBJECT.restricted);
    if (!isUsable || sensitive === null) refuse('ATTRIBUTES', { handle: 1 });
    const { scheme } = parameters.scheme;
    if (scheme !== 'NULL' && scheme !== inScheme) refuse('SCHEME', { parameter: 3 });
    const fixed = positioned({ parameter: 1 }, () => pointOfKey(publicArea, inQsB));
    const ephemeral = positioned({ parameter: 2 }, () => pointOfKey(publicArea, inQeB));
    const commitment = pendingCommitment(tpm.commits, counter);
    if (commitment === null) refuse('VALUE', { parameter: 4 });
    const r = commitScalar(commitment, parameters.curveID, EMPTY);
    const d = sensitive.sensitive.octets;
    const shared = exchange(publicArea, inScheme, [d, r], { fixed, ephemeral });
    r.fill(0);
    return answer(shared, { type: 'CommitmentUsed', counter });
  },
});

function exchange(
  publicArea: EccKey['publicArea'],
  scheme: Scheme,
  [fixed, ephemeral]: readonly [Uint8Array, Uint8Array],
  peer: PeerPoints,
): Shared {
  const { curveID } = publicArea.parameters;
  switch (scheme) {
    case 'ECDH': {
      const outZ1 = sharedPoint(publicArea, fixed, peer.fixed);
      return { outZ1, outZ2: sharedPoint(publicArea, ephemeral, peer.ephemeral) };
    }
    case 'ECMQV': {
      const outZ1 = mqvExchange(curveID, { fixed, ephemeral }, peer) ?? refuse('NO_RESULT');
      return { outZ1, outZ2: NO_POINT };
    }
    case 'SM2': {
      const outZ1 = sm2Exchange(curveID, { fixed, ephemeral }, peer) ?? refuse('NO_RESULT');
      return { outZ1, outZ2: NO_POINT };
    }
  }
}
