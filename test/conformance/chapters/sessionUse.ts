import { after, caseOf, storyOf, type Case } from '../case.ts';
import type { Step } from '../client.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { byHmac, byPolicy, password, type Authorization } from '../request.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H, NV, SEALED_AUTH, session } from '../settings.ts';
import { alg, hex, sized, u16, u32, u8, type Part } from '../wire.ts';

const NULL_CIPHER = [alg('symmetric', ALG.NULL)];
const CIPHERS: Readonly<Record<string, readonly Part[]>> = {
  'no cipher': NULL_CIPHER,
  'AES-CFB': [alg('symmetric', ALG.AES), u16('keyBits', 128), alg('mode', ALG.CFB)],
  'AES-CBC': [alg('symmetric', ALG.AES), u16('keyBits', 128), alg('mode', 0x42)],
  'AES-192': [alg('symmetric', ALG.AES), u16('keyBits', 192), alg('mode', ALG.CFB)],
  XOR: [alg('symmetric', ALG.XOR), alg('hash', ALG.SHA256)],
  'XOR without hash': [alg('symmetric', ALG.XOR), alg('hash', ALG.NULL)],
  TDES: [alg('symmetric', 0x03), u16('keyBits', 128), alg('mode', ALG.CFB)],
};

function started(
  [tpmKey, bind]: readonly [number, number],
  type: number,
  cipher = NULL_CIPHER as readonly Part[],
  hash: number = ALG.SHA256,
  nonceSize = 16,
  salt = hex(''),
) {
  return TPM2.StartAuthSession(
    [tpmKey, bind],
    [
      sized('nonceCaller', new Uint8Array(nonceSize).fill(0xa0)),
      sized('encryptedSalt', salt),
      u8('sessionType', type),
      ...cipher,
      alg('authHash', hash),
    ],
  );
}

const NOBODY = [RH.NULL, RH.NULL] as const;
const ENTITIES = [...Object.values(H), ...Object.values(NV), ...Object.values(RH), 0, 20, 24];

const STARTS: readonly Case[] = [
  ...[0, 1, 3].flatMap((type) =>
    Object.entries(CIPHERS).flatMap(([cipher, parts]) =>
      [ALG.SHA1, ALG.SHA256, ALG.SHA384, ALG.NULL].map((hash) =>
        caseOf(
          FURNISHED,
          `type ${type}, ${cipher}, hash ${hash.toString(16)}`,
          started(NOBODY, type, parts, hash),
        ),
      ),
    ),
  ),
  ...[ALG.SHA1, ALG.SHA256, ALG.SHA384, 0x0d].flatMap((hash) =>
    [0, 15, 16, 20, 21, 32, 33, 48, 49, 64].map((size) =>
      caseOf(
        FURNISHED,
        `a nonce of ${size} octets with hash ${hash.toString(16)}`,
        started(NOBODY, 0, NULL_CIPHER, hash, size),
      ),
    ),
  ),
  ...ENTITIES.flatMap((entity) => [
    caseOf(FURNISHED, `bound to ${entity.toString(16)}`, started([RH.NULL, entity], 0)),
    caseOf(FURNISHED, `policy bound to ${entity.toString(16)}`, started([RH.NULL, entity], 1)),
    caseOf(FURNISHED, `salted by ${entity.toString(16)}`, started([entity, RH.NULL], 0)),
    caseOf(
      FURNISHED,
      `salted by ${entity.toString(16)} with one octet`,
      started([entity, RH.NULL], 0, NULL_CIPHER, ALG.SHA256, 16, hex('aa')),
    ),
    caseOf(
      FURNISHED,
      `salted by ${entity.toString(16)} with 256 octets`,
      started([entity, RH.NULL], 0, NULL_CIPHER, ALG.SHA256, 16, hex('0a'.repeat(256))),
    ),
  ]),
  ...[1, 2, 3].map((count) =>
    storyOf(
      'StartAuthSession',
      FURNISHED,
      `${count} more`,
      ...Array.from({ length: count }, () => session(0)),
      TPM2.ContextSave([H.HMAC_SESSION]),
      session(0),
    ),
  ),
];

const CIPHERED = after(
  FURNISHED,
  'a session with a cipher',
  started(NOBODY, 0, CIPHERS['AES-CFB']),
);
const CIPHER_SESSION = 0x02000002;
const KEPT = 0x01;

function unsealed(...by: readonly Authorization[]): Step {
  return TPM2.Unseal([H.SEALED], [], { by });
}

function hmac(attributes: number, text = SEALED_AUTH, handle: number = H.HMAC_SESSION) {
  return byHmac(handle, text, attributes);
}

const ATTRIBUTES = Array.from({ length: 256 }, (_, attributes) => attributes).filter(
  (attributes) => (attributes & 0x18) === 0,
);

/** Every set of attributes of a session that authorizes, and of one that only helps. */
const ATTRIBUTED: readonly Case[] = ATTRIBUTES.flatMap((attributes) => {
  const name = attributes.toString(16);
  const again = unsealed(hmac(KEPT));
  const helper = { ...byPolicy(CIPHER_SESSION), nonce: hex('5a'.repeat(16)), attributes };
  return [
    storyOf('session', FURNISHED, `${name} without cipher`, unsealed(hmac(attributes)), again),
    storyOf(
      'session',
      CIPHERED,
      `${name} with a cipher`,
      TPM2.GetRandom([], [u16('bytesRequested', 8)], { by: [helper] }),
      TPM2.StirRandom([], [sized('inData', hex('0102'))], { by: [helper] }),
      TPM2.GetRandom([], [u16('bytesRequested', 8)]),
      TPM2.GetRandom([], [u16('bytesRequested', 8)], { by: [helper] }),
    ),
    storyOf(
      'session',
      CIPHERED,
      `${name} beside a password`,
      unsealed(password(SEALED_AUTH), helper),
      TPM2.ReadClock([], [], { by: [{ ...helper, attributes: attributes & ~0x60 }] }),
    ),
  ];
});

/** How what is sealed is asked for. */
const AUTHORIZED: readonly Case[] = [
  storyOf('session', FURNISHED, 'a right HMAC, twice', unsealed(hmac(KEPT)), unsealed(hmac(KEPT))),
  storyOf('session', FURNISHED, 'an HMAC of another value', unsealed(hmac(KEPT, 'wrong'))),
  storyOf('session', FURNISHED, 'a right HMAC, ended', unsealed(hmac(0)), unsealed(hmac(KEPT))),
  storyOf(
    'session',
    FURNISHED,
    'an HMAC that is cut',
    unsealed({ ...hmac(KEPT), proof: hex('00'.repeat(31)) }),
  ),
  storyOf(
    'session',
    FURNISHED,
    'a nonce that is too long',
    unsealed({ ...hmac(KEPT), nonce: hex('00'.repeat(33)) }),
    unsealed({ ...hmac(KEPT), nonce: hex('') }),
  ),
  storyOf('session', FURNISHED, 'the same twice', unsealed(hmac(KEPT), hmac(0x81))),
  storyOf('session', FURNISHED, 'a policy session', unsealed(byPolicy(H.POLICY_SESSION))),
  ...[RH.OWNER, RH.PLATFORM, RH.LOCKOUT].map((handle) =>
    storyOf(
      'session',
      FURNISHED,
      `a new value of ${handle.toString(16)} by HMAC`,
      TPM2.HierarchyChangeAuth([handle], [sized('newAuth', Buffer.from('new'))], {
        by: [byHmac(H.HMAC_SESSION)],
      }),
      TPM2.HierarchyChangeAuth([handle], [sized('newAuth')], {
        by: [byHmac(H.HMAC_SESSION, 'new')],
      }),
      TPM2.HierarchyChangeAuth([handle], [sized('newAuth')], { by: [password('new')] }),
    ),
  ),
  ...[H.HMAC_SESSION, H.POLICY_SESSION].map((handle) =>
    storyOf(
      'session',
      FURNISHED,
      `${handle.toString(16)} flushed`,
      TPM2.FlushContext([], [u32('flushHandle', handle)]),
      TPM2.FlushContext([], [u32('flushHandle', handle)]),
      unsealed(byHmac(handle, SEALED_AUTH)),
    ),
  ),
];

/** Sessions: how they start, what they are used for, and how they end. */
export const SESSION_CASES: readonly Case[] = [...STARTS, ...ATTRIBUTED, ...AUTHORIZED];
