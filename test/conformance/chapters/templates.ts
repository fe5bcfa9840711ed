import { caseOf, type Case } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, head, scheme } from '../objects.ts';
import { RH, pcrSelection, sensitiveCreate } from '../requests.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, curve, hex, sized, sizedOf, u16, u32, type Part } from '../wire.ts';

type Kind = { readonly name: string; readonly type: number; readonly rest: readonly Part[] };

const AES = [alg('sym', ALG.AES), u16('keyBits', 128), alg('mode', ALG.CFB)];
const NO_CIPHER = [alg('sym', ALG.NULL)];

const SCHEMES: Readonly<Record<string, readonly number[]>> = {
  'no scheme': [],
  RSASSA: [ALG.RSASSA, ALG.SHA256],
  RSAES: [ALG.RSAES],
  OAEP: [ALG.OAEP, ALG.SHA256],
  ECDSA: [ALG.ECDSA, ALG.SHA256],
  ECDH: [ALG.ECDH, ALG.SHA256],
  ECDAA: [ALG.ECDAA, ALG.SHA256, 0],
};

const ASYMMETRIC: readonly Kind[] = Object.entries(SCHEMES).flatMap(([name, numbers]) =>
  [AES, NO_CIPHER].flatMap((sym) => {
    const parts = [...sym, ...scheme('scheme', ...numbers)];
    const rsa = [...parts, u16('keyBits', 1024), u32('exponent', 0), sized('unique')];
    const ecc = [...parts, curve('curveID', 3), ...scheme('kdf'), sized('x'), sized('y')];
    const cipher = sym === AES ? 'AES' : 'no cipher';
    return [
      { name: `RSA, ${cipher}, ${name}`, type: ALG.RSA, rest: rsa },
      { name: `ECC, ${cipher}, ${name}`, type: ALG.ECC, rest: ecc },
    ];
  }),
);
const KEYED_HASHES: readonly Kind[] = [
  { name: 'keyed hash, no scheme', type: ALG.KEYEDHASH, rest: [...scheme(), sized('unique')] },
  {
    name: 'keyed hash, HMAC',
    type: ALG.KEYEDHASH,
    rest: [...scheme('scheme', ALG.HMAC, ALG.SHA256), sized('unique')],
  },
  {
    name: 'keyed hash, XOR',
    type: ALG.KEYEDHASH,
    rest: [...scheme('scheme', ALG.XOR, ALG.SHA256, ALG.KDF1_108), sized('unique')],
  },
];
const CIPHERS: readonly Kind[] = [ALG.NULL, ALG.CFB, 0x42, 0x3f].map((mode) => ({
  name: `cipher of mode ${mode.toString(16)}`,
  type: ALG.SYMCIPHER,
  rest: [alg('sym', ALG.AES), u16('keyBits', 128), alg('mode', mode), sized('unique')],
}));

const USES: Readonly<Record<string, number>> = {
  nothing: 0,
  sign: A.sign,
  decrypt: A.decrypt,
  'sign and decrypt': A.sign | A.decrypt,
  'restricted nothing': A.restricted,
  'restricted sign': A.restricted | A.sign,
  'restricted decrypt': A.restricted | A.decrypt,
  'restricted sign and decrypt': A.restricted | A.sign | A.decrypt,
};

const FIXED = A.fixedTPM | A.fixedParent | A.user | A.noDA;
const REST = [sized('outsideInfo'), ...pcrSelection('creationPCR')];

function created(kind: Kind, attributes: number, data: string, parent: number = H.STORAGE) {
  const inPublic = sizedOf('inPublic', ...head(kind.type, attributes), ...kind.rest);
  return TPM2.Create([parent], [sensitiveCreate('', hex(data)), inPublic, ...REST]);
}

/** What every kind of template may be for, with data from outside and without. */
const USE_CASES: readonly Case[] = [...ASYMMETRIC, ...KEYED_HASHES, ...CIPHERS].flatMap((kind) =>
  Object.entries(USES).flatMap(([use, attributes]) => {
    const origin = created(kind, FIXED | A.origin | attributes, '');
    const external = created(kind, FIXED | attributes, '00112233445566778899aabbccddeeff');
    return [
      caseOf(FURNISHED, `${kind.name}, for ${use}`, origin),
      caseOf(FURNISHED, `${kind.name}, for ${use}, with data`, external),
    ];
  }),
);

const SIGNER: Kind = {
  name: 'signer',
  type: ALG.ECC,
  rest: [...NO_CIPHER, ...scheme(), curve('curveID', 3), ...scheme('kdf'), sized('x'), sized('y')],
};
const DATA = KEYED_HASHES[0]!;

/** Which attributes of belonging go together, under a fixed parent and under another. */
const BELONGING_CASES: readonly Case[] = [H.STORAGE, H.NEW_PARENT].flatMap((parent) =>
  Array.from({ length: 32 }, (_, i) => i).flatMap((i) => {
    const flags = [A.fixedTPM, A.fixedParent, A.encDup, A.origin, A.admin];
    const attributes = flags.reduce((sum, flag, bit) => sum | ((i >> bit) & 1 ? flag : 0), 0);
    const kind = parent === H.STORAGE ? 'fixed' : 'movable';
    const where = `${kind} parent, ${attributes.toString(16)}`;
    return [
      caseOf(
        FURNISHED,
        `signer, ${where}`,
        created(SIGNER, A.user | A.sign | attributes, '', parent),
      ),
      caseOf(FURNISHED, `data, ${where}`, created(DATA, A.user | attributes, '00', parent)),
      caseOf(FURNISHED, `no data, ${where}`, created(DATA, A.user | attributes, '', parent)),
    ];
  }),
);

function primary(hierarchy: number, kind: Kind, attributes: number) {
  const inPublic = sizedOf('inPublic', ...head(kind.type, attributes), ...kind.rest);
  return TPM2.CreatePrimary([hierarchy], [sensitiveCreate(), inPublic, ...REST]);
}

/** Primary keys of each hierarchy. */
const PRIMARY_CASES: readonly Case[] = [RH.OWNER, RH.PLATFORM, RH.ENDORSEMENT, RH.NULL].flatMap(
  (hierarchy) =>
    [SIGNER, ...CIPHERS, ...KEYED_HASHES].flatMap((kind) =>
      Object.entries(USES).map(([use, attributes]) =>
        caseOf(
          FURNISHED,
          `${kind.name} in ${hierarchy.toString(16)}, for ${use}`,
          primary(hierarchy, kind, FIXED | A.origin | attributes),
        ),
      ),
    ),
);

/** Templates of all kinds: which attributes, schemes and data go together. */
export const TEMPLATE_CASES: readonly Case[] = [...USE_CASES, ...BELONGING_CASES, ...PRIMARY_CASES];
