import { caseOf, type Case } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import {
  A,
  ALG,
  cipherObject,
  eccObject,
  keyedHashObject,
  rsaObject,
  type SoftwareObject,
} from '../objects.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H } from '../settings.ts';
import { alg, bigEndian, everyPart, hex, sized, sizedOf, u32, type Change } from '../wire.ts';

const SIGNS = A.user | A.sign;
const OBJECTS: Readonly<Record<string, SoftwareObject>> = {
  RSA: rsaObject(SIGNS | A.decrypt),
  ECC: eccObject(1, SIGNS),
  'an HMAC key': keyedHashObject('key', SIGNS, '', hex(''), ALG.HMAC, ALG.SHA256),
  data: keyedHashObject('data', A.user),
  'a cipher key': cipherObject(SIGNS | A.decrypt),
};
const VALUES = { 'a public area': RH.OWNER, 'both halves': RH.NULL };

function loaded(object: SoftwareObject, isWhole: boolean, hierarchy: number, change?: Change) {
  const inPrivate = isWhole ? sizedOf('inPrivate', ...object.sensitive) : sized('inPrivate');
  const publicArea = sizedOf('inPublic', ...object.publicArea);
  const request = TPM2.LoadExternal([], [inPrivate, publicArea, u32('hierarchy', hierarchy)]);
  return change === undefined ? request : { ...request, change };
}

/** Each half in each hierarchy. */
const HIERARCHIES: readonly Case[] = Object.entries(OBJECTS).flatMap(([name, object]) =>
  [RH.OWNER, RH.ENDORSEMENT, RH.PLATFORM, RH.NULL, RH.LOCKOUT].flatMap((hierarchy) =>
    [true, false].map((isWhole) =>
      caseOf(
        FURNISHED,
        `${name}, ${isWhole ? 'both halves' : 'public'}, in ${hierarchy.toString(16)}`,
        loaded(object, isWhole, hierarchy),
      ),
    ),
  ),
);

/** Attributes one by one, and algorithms in the place of the nameAlg. */
const ATTRIBUTES: readonly Case[] = Object.entries(OBJECTS).flatMap(([name, object]) =>
  Object.entries(VALUES).flatMap(([halves, hierarchy]) => {
    const isWhole = hierarchy === RH.NULL;
    const parts = everyPart(object.publicArea);
    const attributes = parts.find(({ path }) => path === 'objectAttributes')!.part;
    const nameAlg = parts.find(({ path }) => path === 'nameAlg')!.part;
    const flipped = Array.from({ length: 32 }, (_, bit) => {
      const usual = attributes.kind === 'number' ? attributes.value : 0n;
      const octets = bigEndian(usual ^ (1n << BigInt(bit)), 4);
      const change = { of: attributes, as: () => octets };
      return caseOf(
        FURNISHED,
        `${name}, ${halves}, with bit ${bit} the other way`,
        loaded(object, isWhole, hierarchy, change),
      );
    });
    const named = [ALG.SHA1, ALG.SHA384, ALG.NULL].map((other) => {
      const change = { of: nameAlg, as: () => bigEndian(BigInt(other), 2) };
      return caseOf(
        FURNISHED,
        `${name}, ${halves}, with ${other.toString(16)} as nameAlg`,
        loaded(object, isWhole, hierarchy, change),
      );
    });
    return [...flipped, ...named];
  }),
);

/** The private half of one with the public half of another. */
const MIXED: readonly Case[] = Object.entries(OBJECTS).flatMap(([name, { sensitive }]) =>
  Object.entries(OBJECTS).map(([other, { publicArea }]) =>
    caseOf(
      FURNISHED,
      `${name} with the public area of ${other}`,
      loaded({ sensitive, publicArea }, true, RH.NULL),
    ),
  ),
);

/** Every size of every field of both halves. */
const SIZES: readonly Case[] = Object.entries(OBJECTS).flatMap(([name, object]) =>
  everyPart([...object.sensitive, ...object.publicArea]).flatMap(({ path, part }) => {
    if (part.kind !== 'sized') return [];
    return [0, 1, 16, 20, 31, 32, 33, 64, 65, 127, 128, 129, 256].map((length) => {
      const octets = new Uint8Array(length).fill(0x11);
      const as = () => Uint8Array.from([length >> 8, length & 0xff, ...octets]);
      return caseOf(
        FURNISHED,
        `${name}, ${path} of ${length} octets`,
        loaded(object, true, RH.NULL, { of: part, as }),
      );
    });
  }),
);

function imported(
  object: SoftwareObject,
  parent: number,
  ...sensitive: SoftwareObject['sensitive']
) {
  return TPM2.Import(
    [parent],
    [
      sized('encryptionKey'),
      sizedOf('objectPublic', ...object.publicArea),
      sizedOf(
        'duplicate',
        sizedOf('sensitive', ...(sensitive.length > 0 ? sensitive : object.sensitive)),
      ),
      sized('inSymSeed'),
      alg('symmetricAlg', ALG.NULL),
    ],
  );
}

const IMPORTS: readonly Case[] = Object.entries(OBJECTS).flatMap(([name, object]) => [
  ...[H.STORAGE, H.NEW_PARENT, H.RSA, H.SIGNING, H.EXCHANGE, H.HMAC, H.CIPHER, H.PUBLIC].map(
    (parent) => caseOf(FURNISHED, `${name} under ${parent.toString(16)}`, imported(object, parent)),
  ),
  ...Object.entries(OBJECTS).map(([other, { sensitive }]) =>
    caseOf(
      FURNISHED,
      `${name} with what is secret of ${other}`,
      imported(object, H.STORAGE, ...sensitive),
    ),
  ),
  ...[A.fixedTPM, A.fixedParent, A.encDup, A.restricted, A.decrypt, A.origin, A.stClear].map(
    (more) =>
      caseOf(
        FURNISHED,
        `${name} with ${more.toString(16)} the other way`,
        imported(withAttributes(object, more), H.STORAGE),
      ),
  ),
]);

function withAttributes(object: SoftwareObject, flip: number): SoftwareObject {
  const publicArea = object.publicArea.map((part) =>
    part.kind === 'number' && part.name === 'objectAttributes'
      ? { ...part, value: part.value ^ BigInt(flip) }
      : part,
  );
  return { ...object, publicArea };
}

/** Keys from outside: which halves and attributes go together, and where they may go. */
export const LOADING_CASES: readonly Case[] = [
  ...HIERARCHIES,
  ...ATTRIBUTES,
  ...MIXED,
  ...SIZES,
  ...IMPORTS,
];
