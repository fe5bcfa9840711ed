import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, hex, sized, u32 } from '../wire.ts';

const AUTH = sized('auth');
const SEQUENCE = 0x80000001;
const HASHING = after(
  FURNISHED,
  'a hash sequence',
  TPM2.HashSequenceStart([], [AUTH, alg('hashAlg', ALG.SHA256)]),
);
const EVENT = after(
  FURNISHED,
  'an event sequence',
  TPM2.HashSequenceStart([], [AUTH, alg('hashAlg', ALG.NULL)]),
);
const MAC = after(
  FURNISHED,
  'an HMAC sequence',
  TPM2.HMAC_Start([H.HMAC], [AUTH, alg('hashAlg', ALG.SHA256)], { keep: 'started' }),
);
const DATA = hex('00010203');

/** Part 3, 17 Hash/HMAC/Event Sequences. */
export const SEQUENCES: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.HMAC_Start([H.HMAC], [AUTH, alg('hashAlg', ALG.SHA256)]),
  },
  { setting: FURNISHED, request: TPM2.HashSequenceStart([], [AUTH, alg('hashAlg', ALG.SHA256)]) },
  { setting: HASHING, request: TPM2.SequenceUpdate([SEQUENCE], [sized('buffer', DATA)]) },
  {
    setting: HASHING,
    request: TPM2.SequenceComplete([SEQUENCE], [sized('buffer', DATA), u32('hierarchy', RH.OWNER)]),
  },
  { setting: EVENT, request: TPM2.EventSequenceComplete([16, SEQUENCE], [sized('buffer', DATA)]) },
  {
    setting: MAC,
    request: TPM2.SequenceComplete(
      [{ from: 'started.handle' }],
      [sized('buffer', DATA), u32('hierarchy', RH.OWNER)],
    ),
  },
];
