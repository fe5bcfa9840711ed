import { type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, flag, hex, sized, u32 } from '../wire.ts';

const DATA = hex('000102030405060708090a0b0c0d0e0f');
const IV = hex('0f0e0d0c0b0a09080706050403020100');

/** Part 3, 15 Symmetric Primitives. */
export const SYMMETRIC: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.EncryptDecrypt(
      [H.CIPHER],
      [flag('decrypt', 0), alg('mode', ALG.CFB), sized('ivIn', IV), sized('inData', DATA)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.EncryptDecrypt2(
      [H.CIPHER],
      [sized('inData', DATA), flag('decrypt', 0), alg('mode', ALG.CFB), sized('ivIn', IV)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.Hash(
      [],
      [sized('data', DATA), alg('hashAlg', ALG.SHA256), u32('hierarchy', RH.OWNER)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.HMAC([H.HMAC], [sized('buffer', DATA), alg('hashAlg', ALG.SHA256)]),
  },
];
