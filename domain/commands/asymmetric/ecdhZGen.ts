import { OBJECT, has } from '../../structures/attributes.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_ECC_POINT } from '../../structures/public.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { eccKeyAt } from '../../tpm/eccKeys.ts';
import { sharedPoint } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * What an ECC key shares with a point. Refuses with KEY another key, ATTRIBUTES a restricted key or
 * one that does not decrypt, SCHEME a key for something else, ECC_POINT a point that is not on the
 * key's curve.
 */
export const ecdhZGen = command({
  code: 0x154,
  section: 'Part 3, 14.5 TPM2_ECDH_ZGen',
  handles: { keyHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { inPoint: TPM2B_ECC_POINT },
  response: { outPoint: TPM2B_ECC_POINT },
  decide: ({ keyHandle, inPoint }, tpm) => {
    const { publicArea, sensitive } = eccKeyAt(tpm, keyHandle);
    const { objectAttributes, parameters } = publicArea;
    const isUsable =
      has(objectAttributes, OBJECT.decrypt) && !has(objectAttributes, OBJECT.restricted);
    if (!isUsable || sensitive === null) refuse('ATTRIBUTES', { handle: 1 });
    const { scheme } = parameters.scheme;
    if (scheme !== 'ECDH' && scheme !== 'NULL') refuse('SCHEME', { handle: 1 });
    const d = sensitive.sensitive.octets;
    return answer({
      outPoint: positioned({ parameter: 1 }, () => sharedPoint(publicArea, d, inPoint)),
    });
  },
});
