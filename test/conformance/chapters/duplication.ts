import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, keyedHashObject } from '../objects.ts';
import { byPolicy } from '../request.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, from, hex, octets, sized, sizedOf, u16, u32 } from '../wire.ts';

/** The policy of what may be duplicated is met. */
const DUPLICABLE = after(
  FURNISHED,
  'duplicable',
  TPM2.PolicyCommandCode([H.POLICY_SESSION], [u32('code', 0x14b)]),
);
const INNER = [
  alg('symmetricAlg.algorithm', ALG.AES),
  u16('symmetricAlg.keyBits', 128),
  alg('symmetricAlg.mode', ALG.CFB),
];
const BY_POLICY = { by: [byPolicy(H.POLICY_SESSION)], keep: 'duplicate' };
const DUPLICATED = after(
  DUPLICABLE,
  'duplicated',
  TPM2.Duplicate(
    [H.MOVABLE, H.NEW_PARENT],
    [sized('encryptionKeyIn'), alg('symmetricAlg', ALG.NULL)],
    BY_POLICY,
  ),
  TPM2.ReadPublic([H.MOVABLE], [], { keep: 'read' }),
);
const OUTSIDE = keyedHashObject('imported', A.user, 'value');

/** Part 3, 13 Duplication Commands. */
export const DUPLICATION: readonly Valid[] = [
  {
    setting: DUPLICABLE,
    request: TPM2.Duplicate(
      [H.MOVABLE, H.NEW_PARENT],
      [sized('encryptionKeyIn', hex('30'.repeat(16))), ...INNER],
      BY_POLICY,
    ),
  },
  {
    setting: DUPLICATED,
    request: TPM2.Rewrap(
      [H.NEW_PARENT, H.STORAGE],
      [
        sized('inDuplicate', from('duplicate.duplicate.octets')),
        sized('name', from('read.name.octets')),
        sized('inSymSeed', from('duplicate.outSymSeed.octets')),
      ],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.Import(
      [H.STORAGE],
      [
        sized('encryptionKey'),
        sizedOf('objectPublic', ...OUTSIDE.publicArea),
        sizedOf('duplicate', sizedOf('sensitive', ...OUTSIDE.sensitive)),
        sized('inSymSeed'),
        alg('symmetricAlg', ALG.NULL),
      ],
    ),
  },
  {
    setting: DUPLICATED,
    request: TPM2.Import(
      [H.NEW_PARENT],
      [
        sized('encryptionKey'),
        octets('objectPublic', from('read.outPublic')),
        sized('duplicate', from('duplicate.duplicate.octets')),
        sized('inSymSeed', from('duplicate.outSymSeed.octets')),
        alg('symmetricAlg', ALG.NULL),
      ],
    ),
  },
];
