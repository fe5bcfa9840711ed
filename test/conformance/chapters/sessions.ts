import { type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, hex, sized, u16, u8 } from '../wire.ts';

/** Part 3, 11 Session Commands. */
export const SESSIONS: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.StartAuthSession(
      [0x40000007, H.HMAC],
      [
        sized('nonceCaller', hex('a0'.repeat(16))),
        sized('encryptedSalt'),
        u8('sessionType', 0),
        alg('symmetric.algorithm', ALG.AES),
        u16('symmetric.keyBits', 128),
        alg('symmetric.mode', ALG.CFB),
        alg('authHash', ALG.SHA256),
      ],
    ),
  },
  { setting: FURNISHED, request: TPM2.PolicyRestart([H.POLICY_SESSION]) },
];
