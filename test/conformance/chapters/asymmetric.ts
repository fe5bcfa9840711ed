import { eccPublicFromPrivate } from '../../../domain/crypto/ecc.ts';
import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, eccObject, scheme } from '../objects.ts';
import { FURNISHED, H, installed } from '../settings.ts';
import { alg, curve, hex, sized, sizedOf, u16 } from '../wire.ts';

const { x, y } = eccPublicFromPrivate('NIST_P256', hex('22'.repeat(32)));
const POINT = [sized('x', x), sized('y', y)];
const PADDED = hex('00'.repeat(3) + 'ab'.repeat(253));
/** A key of an anonymous scheme. */
const ANONYMOUS = 0x81000010;
const COMMITTED = after(
  FURNISHED,
  'with a key that commits',
  ...installed(eccObject(9, A.user | A.noDA | A.sign, ALG.ECDAA, ALG.SHA256, 0), ANONYMOUS),
);

/** Part 3, 14 and 19: asymmetric primitives, and ephemeral keys. */
export const ASYMMETRIC: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.RSA_Encrypt(
      [H.RSA],
      [sized('message', PADDED), ...scheme('inScheme'), sized('label')],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.RSA_Decrypt(
      [H.RSA],
      [sized('cipherText', PADDED), ...scheme('inScheme'), sized('label')],
    ),
  },
  { setting: FURNISHED, request: TPM2.ECDH_KeyGen([H.EXCHANGE]) },
  { setting: FURNISHED, request: TPM2.ECDH_ZGen([H.EXCHANGE], [sizedOf('inPoint', ...POINT)]) },
  { setting: FURNISHED, request: TPM2.ECC_Parameters([], [curve('curveID', 3)]) },
  { setting: FURNISHED, request: TPM2.EC_Ephemeral([], [curve('curveID', 3)]) },
  {
    setting: after(FURNISHED, 'an ephemeral key', TPM2.EC_Ephemeral([], [curve('curveID', 3)])),
    request: TPM2.ZGen_2Phase(
      [H.EXCHANGE],
      [
        sizedOf('inQsB', ...POINT),
        sizedOf('inQeB', ...POINT),
        alg('inScheme', ALG.ECDH),
        u16('counter', 0),
      ],
    ),
  },
  {
    setting: COMMITTED,
    request: TPM2.Commit(
      [ANONYMOUS],
      [sizedOf('P1', sized('x'), sized('y')), sized('s2'), sized('y2')],
    ),
  },
];
