import { caseOf, storyOf, type Case } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG, scheme } from '../objects.ts';
import { RH, pcrSelection, ticket } from '../requests.ts';
import { FURNISHED, H, NV } from '../settings.ts';
import { alg, from, hex, octets, sized, u16, u32, type Part } from '../wire.ts';

const KEYS = {
  'the RSA key': H.RSA,
  'the ECC key': H.SIGNING,
  'the exchange key': H.EXCHANGE,
  'the HMAC key': H.HMAC,
  'the cipher key': H.CIPHER,
  'the attestation key': H.ATTESTATION,
  'the storage key': H.STORAGE,
  'the public key': H.PUBLIC,
  nobody: RH.NULL,
};
const SCHEMES: Readonly<Record<string, readonly number[]>> = {
  'no scheme': [],
  'RSASSA with SHA1': [ALG.RSASSA, ALG.SHA1],
  RSASSA: [ALG.RSASSA, ALG.SHA256],
  'RSASSA with SHA384': [ALG.RSASSA, ALG.SHA384],
  RSAPSS: [ALG.RSAPSS, ALG.SHA256],
  ECDSA: [ALG.ECDSA, ALG.SHA256],
  'ECDSA with SHA384': [ALG.ECDSA, ALG.SHA384],
  HMAC: [ALG.HMAC, ALG.SHA256],
  'HMAC with SHA1': [ALG.HMAC, ALG.SHA1],
  OAEP: [ALG.OAEP, ALG.SHA256],
  RSAES: [ALG.RSAES],
  'RSASSA without hash': [ALG.RSASSA, ALG.NULL],
};
const DIGESTS = [0, 20, 32, 48, 64];
const NO_TICKET = ticket('validation', 0x8024, RH.NULL);

const digest = (size: number): Part => sized('digest', new Uint8Array(size).fill(0xd1));

/** Every key with every scheme and digest, signing and attesting. */
const SIGNING_CASES: readonly Case[] = Object.entries(KEYS).flatMap(([who, key]) =>
  Object.entries(SCHEMES).flatMap(([how, numbers]) => {
    const inScheme = scheme('inScheme', ...numbers);
    const qualifying = sized('qualifyingData', hex('71'));
    const attesting = [qualifying, ...inScheme];
    const about = `${how} by ${who}`;
    return [
      ...DIGESTS.map((size) =>
        caseOf(
          FURNISHED,
          `${about} of ${size} octets`,
          TPM2.Sign([key], [digest(size), ...inScheme, ...NO_TICKET]),
        ),
      ),
      caseOf(
        FURNISHED,
        about,
        TPM2.Quote([key], [...attesting, ...pcrSelection('PCRselect', [ALG.SHA256, '010000'])]),
      ),
      caseOf(FURNISHED, about, TPM2.Certify([H.HMAC, key], attesting)),
      caseOf(FURNISHED, about, TPM2.GetTime([RH.ENDORSEMENT, key], attesting)),
      caseOf(
        FURNISHED,
        about,
        TPM2.NV_Certify(
          [key, RH.OWNER, NV.ORDINARY],
          [...attesting, u16('size', 8), u16('offset', 0)],
        ),
      ),
      caseOf(FURNISHED, about, TPM2.GetCommandAuditDigest([RH.ENDORSEMENT, key], attesting)),
    ];
  }),
);

const GARBAGE = hex('5a'.repeat(256));
const SIGNATURES: Readonly<Record<string, readonly Part[]>> = {
  RSASSA: [alg('a', ALG.RSASSA), alg('h', ALG.SHA256), sized('sig', GARBAGE)],
  RSAPSS: [alg('a', ALG.RSAPSS), alg('h', ALG.SHA256), sized('sig', GARBAGE)],
  'a short RSASSA': [alg('a', ALG.RSASSA), alg('h', ALG.SHA256), sized('sig', hex('01'))],
  ECDSA: [
    alg('a', ALG.ECDSA),
    alg('h', ALG.SHA256),
    sized('r', GARBAGE.subarray(0, 32)),
    sized('s', GARBAGE.subarray(0, 32)),
  ],
  'an ECDSA of zeros': [alg('a', ALG.ECDSA), alg('h', ALG.SHA256), sized('r'), sized('s')],
  HMAC: [alg('a', ALG.HMAC), alg('h', ALG.SHA256), octets('d', GARBAGE.subarray(0, 32))],
  nothing: [alg('a', ALG.NULL)],
};
const WRONG_SIGNATURES: readonly Case[] = Object.entries(KEYS)
  .filter(([, key]) => key !== RH.NULL)
  .flatMap(([who, key]) =>
    Object.entries(SIGNATURES).flatMap(([what, parts]) =>
      [0, 20, 32, 48].map((size) =>
        caseOf(
          FURNISHED,
          `${what} over ${size} octets against ${who}`,
          TPM2.VerifySignature([key], [digest(size), ...parts]),
        ),
      ),
    ),
  );

/** What a key signed is verified by it, and by no other. */
const RIGHT_SIGNATURES: readonly Case[] = [
  [H.RSA, ALG.RSASSA, ALG.SHA1, 20],
  [H.RSA, ALG.RSASSA, ALG.SHA256, 32],
  [H.RSA, ALG.RSASSA, ALG.SHA384, 48],
  [H.RSA, ALG.RSAPSS, ALG.SHA256, 32],
  [H.SIGNING, ALG.ECDSA, ALG.SHA256, 32],
  [H.SIGNING, ALG.ECDSA, ALG.SHA384, 48],
].flatMap(([key = 0, how = 0, hash = 0, size = 0]) =>
  [size, size - 1].map((verified) =>
    storyOf(
      'signature',
      FURNISHED,
      `${how.toString(16)} with ${hash.toString(16)} by ${key.toString(16)}, ${verified} octets`,
      TPM2.Sign([key], [digest(size), ...scheme('inScheme', how, hash), ...NO_TICKET], {
        keep: 'signed',
      }),
      TPM2.VerifySignature(
        [key],
        [digest(verified), octets('signature', from('signed.signature'))],
      ),
      TPM2.VerifySignature(
        [key === H.RSA ? H.ATTESTATION : H.PUBLIC],
        [digest(size), octets('signature', from('signed.signature'))],
      ),
    ),
  ),
);

const ENCRYPTIONS: Readonly<Record<string, readonly number[]>> = {
  'no scheme': [],
  RSAES: [ALG.RSAES],
  OAEP: [ALG.OAEP, ALG.SHA256],
  'OAEP with SHA1': [ALG.OAEP, ALG.SHA1],
  RSASSA: [ALG.RSASSA, ALG.SHA256],
};
const LABELS = { 'no label': '', 'a label': '6100', 'a label without end': '61' };
const MESSAGES = [0, 1, 16, 189, 190, 191, 245, 256, 257];
/** RSAES takes no message that fills the key: swtpm goes into failure mode over it. */
const ENCRYPTION_CASES: readonly Case[] = Object.entries(ENCRYPTIONS).flatMap(([how, numbers]) =>
  Object.entries(LABELS).flatMap(([labelled, label]) =>
    MESSAGES.filter((size) => how !== 'RSAES' || size < 256).map((size) => {
      const inScheme = [...scheme('inScheme', ...numbers), sized('label', hex(label))];
      const message = sized('message', new Uint8Array(size).fill(0x21));
      return storyOf(
        'RSA encryption',
        FURNISHED,
        `${how}, ${labelled}, ${size} octets`,
        TPM2.RSA_Encrypt([H.RSA], [message, ...inScheme], { keep: 'sent' }),
        TPM2.RSA_Decrypt([H.RSA], [sized('cipherText', new Uint8Array(size)), ...inScheme]),
      );
    }),
  ),
);
const ROUND_TRIPS: readonly Case[] = Object.entries(ENCRYPTIONS)
  .filter(([how]) => how !== 'RSASSA')
  .flatMap(([how, numbers]) =>
    Object.entries(ENCRYPTIONS).map(([other, others]) =>
      storyOf(
        'RSA encryption',
        FURNISHED,
        `${how}, decrypted with ${other}`,
        TPM2.RSA_Encrypt(
          [H.RSA],
          [sized('message', hex('6869')), ...scheme('inScheme', ...numbers), sized('label')],
          { keep: 'sent' },
        ),
        TPM2.RSA_Decrypt(
          [H.RSA],
          [
            sized('cipherText', from('sent.outData.octets')),
            ...scheme('inScheme', ...others),
            sized('label'),
          ],
        ),
      ),
    ),
  );

const CIPHER_MODES = [0x40, 0x41, 0x42, 0x43, 0x44, 0x3f, ALG.NULL];
const WAYS = ['encrypting', 'decrypting'];
const ENCRYPTED: readonly Case[] = CIPHER_MODES.flatMap((mode) =>
  [0, 1].flatMap((decrypt) =>
    [0, 16].flatMap((iv) =>
      [0, 1, 15, 16, 17, 32, 1024].map((size) =>
        caseOf(
          FURNISHED,
          [`mode ${mode.toString(16)}`, WAYS[decrypt], `IV of ${iv}, ${size} octets`].join(', '),
          TPM2.EncryptDecrypt2(
            [H.CIPHER],
            [
              sized('inData', new Uint8Array(size).fill(0x42)),
              { ...alg('decrypt', decrypt), width: 1 },
              alg('mode', mode),
              sized('ivIn', new Uint8Array(iv).fill(0x17)),
            ],
          ),
        ),
      ),
    ),
  ),
);

/** Hashes of hashes: where tickets are given, and what restricted keys sign. */
const HASHES: readonly Case[] = [ALG.SHA1, ALG.SHA256, ALG.SHA384, 0x0d].flatMap((hash) =>
  [RH.OWNER, RH.ENDORSEMENT, RH.PLATFORM, RH.NULL].flatMap((hierarchy) =>
    ['', '00', 'ff544347', 'ff54434700', 'ff5443', 'ff544346'].map((data) =>
      storyOf(
        'hash and sign',
        FURNISHED,
        `${data || 'nothing'} with ${hash.toString(16)} in ${hierarchy.toString(16)}`,
        TPM2.Hash(
          [],
          [sized('data', hex(data)), alg('hashAlg', hash), u32('hierarchy', hierarchy)],
          {
            keep: 'hashed',
          },
        ),
        TPM2.Sign(
          [H.ATTESTATION],
          [
            octets('digest', from('hashed.outHash')),
            ...scheme('inScheme', ALG.RSASSA, hash),
            octets('validation', from('hashed.validation')),
          ],
        ),
        TPM2.Sign(
          [H.ATTESTATION],
          [
            octets('digest', from('hashed.outHash')),
            ...scheme('inScheme'),
            octets('validation', from('hashed.validation')),
          ],
        ),
      ),
    ),
  ),
);

/** Signatures, encryption and hashes: every key with every scheme, and what comes back. */
export const SIGNATURE_CASES: readonly Case[] = [
  ...SIGNING_CASES,
  ...WRONG_SIGNATURES,
  ...RIGHT_SIGNATURES,
  ...ENCRYPTION_CASES,
  ...ROUND_TRIPS,
  ...ENCRYPTED,
  ...HASHES,
];
