import { hmac } from '../../../domain/crypto/hash.ts';
import { type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG, scheme } from '../objects.ts';
import { RH, ticket } from '../requests.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, hex, octets, sized } from '../wire.ts';

const DIGEST = hex('d1'.repeat(32));

/** Part 3, 20 Signing and Signature Verification. */
export const SIGNING: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.Sign(
      [H.RSA],
      [
        sized('digest', DIGEST),
        ...scheme('inScheme', ALG.RSASSA, ALG.SHA256),
        ...ticket('validation', 0x8024, RH.NULL),
      ],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.VerifySignature(
      [H.HMAC],
      [
        sized('digest', DIGEST),
        alg('signature.sigAlg', ALG.HMAC),
        alg('signature.hashAlg', ALG.SHA256),
        octets('signature.digest', hmac('SHA256', Buffer.from('hmac key'), DIGEST)),
      ],
    ),
  },
];
