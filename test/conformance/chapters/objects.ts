import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, eccTemplate, keyedHashObject, head, scheme } from '../objects.ts';
import { password } from '../request.ts';
import { RH, pcrSelection, sensitiveCreate } from '../requests.ts';
import { FURNISHED, H, SEALED_AUTH } from '../settings.ts';
import { from, hex, octets, sized, sizedOf, u32 } from '../wire.ts';

const SEALED_TEMPLATE = [
  ...head(ALG.KEYEDHASH, A.fixedTPM | A.fixedParent | A.user | A.noDA),
  ...scheme('scheme'),
  sized('unique'),
];

const CREATE = TPM2.Create(
  [H.STORAGE],
  [
    sensitiveCreate('value', hex('010203')),
    sizedOf('inPublic', ...SEALED_TEMPLATE),
    sized('outsideInfo', hex('77')),
    ...pcrSelection('creationPCR', [ALG.SHA256, '010000']),
  ],
  { keep: 'made' },
);
const EXTERNAL = keyedHashObject(
  'external',
  A.user | A.sign,
  'value',
  hex(''),
  ALG.HMAC,
  ALG.SHA256,
);
const FIXED_SIGNER = A.fixedTPM | A.fixedParent | A.origin | A.user | A.sign;
/** An ECC key that was made by the TPM, and loaded. */
const CHILD = after(
  FURNISHED,
  'a child',
  TPM2.Create(
    [H.STORAGE],
    [
      sensitiveCreate(),
      sizedOf('inPublic', ...eccTemplate(FIXED_SIGNER)),
      sized('outsideInfo'),
      ...pcrSelection('creationPCR'),
    ],
    { keep: 'made' },
  ),
  TPM2.Load(
    [H.STORAGE],
    [octets('inPrivate', from('made.outPrivate')), octets('inPublic', from('made.outPublic'))],
    { keep: 'loaded' },
  ),
);
const MADE = after(FURNISHED, 'made', CREATE);
const CHALLENGED = after(
  FURNISHED,
  'challenged',
  TPM2.ReadPublic([H.HMAC], [], { keep: 'read' }),
  TPM2.MakeCredential(
    [H.NEW_PARENT],
    [sized('credential', hex('c0ffee')), sized('objectName', from('read.name.octets'))],
    { keep: 'challenge' },
  ),
);

/** Part 3, 12 Object Commands. */
export const OBJECTS: readonly Valid[] = [
  { setting: FURNISHED, request: CREATE },
  {
    setting: FURNISHED,
    request: TPM2.CreateLoaded(
      [H.STORAGE],
      [sensitiveCreate('value', hex('010203')), sizedOf('inPublic', ...SEALED_TEMPLATE)],
    ),
  },
  {
    setting: MADE,
    request: TPM2.Load(
      [H.STORAGE],
      [
        sized('inPrivate', from('made.outPrivate.octets')),
        octets('inPublic', from('made.outPublic')),
      ],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.LoadExternal(
      [],
      [
        sizedOf('inPrivate', ...EXTERNAL.sensitive),
        sizedOf('inPublic', ...EXTERNAL.publicArea),
        u32('hierarchy', RH.NULL),
      ],
    ),
  },
  { setting: FURNISHED, request: TPM2.ReadPublic([H.SIGNING]) },
  {
    setting: CHALLENGED,
    request: TPM2.ActivateCredential(
      [H.HMAC, H.NEW_PARENT],
      [
        sized('credentialBlob', from('challenge.credentialBlob.octets')),
        sized('secret', from('challenge.secret.octets')),
      ],
    ),
  },
  {
    setting: CHALLENGED,
    request: TPM2.MakeCredential(
      [H.NEW_PARENT],
      [sized('credential', hex('c0ffee')), sized('objectName', from('read.name.octets'))],
    ),
  },
  { setting: FURNISHED, request: TPM2.Unseal([H.SEALED], [], { by: [password(SEALED_AUTH)] }) },
  {
    setting: CHILD,
    request: TPM2.ObjectChangeAuth(
      [{ from: 'loaded.handle' }, H.STORAGE],
      [sized('newAuth', hex('6e6577'))],
    ),
  },
];
