import { eccPublicFromPrivate } from '../../../../domain/crypto/ecc.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { TPM2B_SENSITIVE } from '../../../../domain/structures/public.ts';
import type { TpmtPublic, TpmtSensitive } from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { rsaNumbers, type RsaNumbers } from '../../rsaKeys.ts';
import type { Guest } from '../guest.ts';
import type { Random } from '../random.ts';
import { makeRoom, parentOf } from './keys.ts';
import { policyFor } from './sessions.ts';

const NONE = new Uint8Array(0);
const NO_CIPHER = { algorithm: 'NULL' };
const AES = { algorithm: 'AES', keyBits: 128, mode: 'CFB' };
const { userWithAuth, adminWithPolicy, noDA, sign, decrypt, restricted } = OBJECT;
const ALL_ATTRIBUTES = Object.values(OBJECT);
const CURVES = ['NIST_P256', 'NIST_P256', 'NIST_P384'] as const;

/** A key or data with both halves. */
export type Stock = { readonly inPrivate: TpmtSensitive; readonly inPublic: TpmtPublic };

let known: RsaNumbers | null = null;

/** One RSA key for all: making one takes its time. */
function rsaKey(): RsaNumbers {
  known ??= rsaNumbers('stock');
  return known;
}

/** Attributes that make sense, most of the time, and any at all otherwise. */
function attributesOf(random: Random, isParent: boolean): number {
  if (random.chance(15)) {
    return ALL_ATTRIBUTES.reduce((all, bit) => (random.chance(40) ? all | bit : all), 0);
  }
  const uses = isParent
    ? restricted | decrypt
    : random.pick([sign, sign, decrypt, decrypt, sign | decrypt, sign | restricted, 0]);
  const optional = [userWithAuth, userWithAuth, noDA, adminWithPolicy, OBJECT.stClear];
  const chosen = optional.reduce((all, bit) => (random.chance(70) ? all | bit : all), 0);
  return uses | userWithAuth | (random.chance(20) ? chosen : noDA);
}

function hashed(random: Random, scheme: string) {
  return { scheme, hashAlg: random.pick(HASH_ALGS) };
}

/** A key or data that was made outside, with the same numbers each time its kind is drawn. */
export function stockOf(random: Random, isParent = false): Stock {
  const nameAlg = random.pick(['SHA256', 'SHA256', 'SHA256', ...HASH_ALGS] as const);
  const attributes = attributesOf(random, isParent);
  const isStorage = (attributes & (restricted | decrypt)) === (restricted | decrypt);
  const symmetric = isStorage !== random.chance(5) ? AES : NO_CIPHER;
  const authValue = random.chance(30) ? new Secret(random.octets(random.below(21))) : EMPTY_SECRET;
  const seedSize = isStorage ? DIGEST_SIZE[nameAlg] : 0;
  const seedValue = new Secret(new Uint8Array(seedSize).fill(7));
  const policies = [policyFor(0x14b), policyFor(0x15d), random.octets(32)];
  const common = {
    nameAlg,
    objectAttributes: attributes,
    authPolicy: random.chance(25) ? random.pick(policies) : NONE,
  };
  const area = { authValue, seedValue };
  const kind = random.pick(isParent ? ['RSA', 'ECC'] : KINDS);
  return MAKERS[kind]!(random, common, area, symmetric);
}

const KINDS = ['RSA', 'ECC', 'ECC', 'HMAC', 'DATA', 'CIPHER'];

type Common = Pick<TpmtPublic, 'nameAlg' | 'objectAttributes' | 'authPolicy'>;
type Area = Pick<TpmtSensitive, 'authValue' | 'seedValue'>;
type Maker = (random: Random, common: Common, area: Area, symmetric: object) => Stock;

const MAKERS: Readonly<Record<string, Maker>> = {
  RSA: (random, common, area, symmetric) => {
    const { n, p } = rsaKey();
    const scheme = random.pick([
      { scheme: 'NULL' },
      { scheme: 'NULL' },
      hashed(random, 'RSASSA'),
      hashed(random, 'RSAPSS'),
      hashed(random, 'OAEP'),
      { scheme: 'RSAES' },
    ]);
    const parameters = { symmetric, scheme, keyBits: 2048, exponent: 0 };
    return made({
      inPublic: { type: 'RSA', ...common, parameters, unique: n },
      inPrivate: { ...area, sensitiveType: 'RSA', sensitive: new Secret(p) },
    });
  },
  ECC: (random, common, area, symmetric) => {
    const curveID = random.pick(CURVES);
    const d = new Uint8Array(curveID === 'NIST_P256' ? 32 : 48).fill(0x11 + random.below(2));
    const scheme = random.pick([
      { scheme: 'NULL' },
      hashed(random, 'ECDSA'),
      hashed(random, 'ECDH'),
    ]);
    const parameters = { symmetric, scheme, curveID, kdf: { scheme: 'NULL' } };
    const unique = eccPublicFromPrivate(curveID, d);
    return made({
      inPublic: { type: 'ECC', ...common, parameters, unique },
      inPrivate: { ...area, sensitiveType: 'ECC', sensitive: new Secret(d) },
    });
  },
  HMAC: (random, common, area) => {
    const scheme = random.pick([
      hashed(random, 'HMAC'),
      hashed(random, 'HMAC'),
      { scheme: 'NULL' },
      { scheme: 'XOR', hashAlg: random.pick(HASH_ALGS), kdf: 'KDF1_SP800_108' },
    ]);
    return keyed(common, area, { scheme }, random.octets(16 + random.below(17)));
  },
  DATA: (random, common, area) => {
    const data = random.octets(1 + random.below(128));
    const objectAttributes = common.objectAttributes & ~(sign | decrypt | restricted);
    return keyed({ ...common, objectAttributes }, area, { scheme: { scheme: 'NULL' } }, data);
  },
  CIPHER: (random, common, area) => {
    const keyBits = random.pick([128, 256]);
    const mode = random.pick(['NULL', 'CFB', 'CBC', 'CTR', 'OFB', 'ECB', 'CMAC']);
    const key = new Uint8Array(keyBits / 8).fill(9);
    const seed = new Uint8Array(DIGEST_SIZE[common.nameAlg as 'SHA256']).fill(5);
    return made({
      inPublic: {
        type: 'SYMCIPHER',
        ...common,
        parameters: { sym: { algorithm: 'AES', keyBits, mode } },
        unique: digest(common.nameAlg as 'SHA256', seed, key),
      },
      inPrivate: {
        ...area,
        seedValue: new Secret(seed),
        sensitiveType: 'SYMCIPHER',
        sensitive: new Secret(key),
      },
    });
  },
};

function keyed(common: Common, area: Area, parameters: object, bits: Uint8Array): Stock {
  const seed = new Uint8Array(DIGEST_SIZE[common.nameAlg as 'SHA256']).fill(5);
  const unique = digest(common.nameAlg as 'SHA256', seed, bits);
  return made({
    inPublic: { type: 'KEYEDHASH', ...common, parameters, unique },
    inPrivate: {
      ...area,
      seedValue: new Secret(seed),
      sensitiveType: 'KEYEDHASH',
      sensitive: new Secret(bits),
    },
  });
}

/** The tables are looser than the types of the structures. */
function made(stock: { readonly inPublic: object; readonly inPrivate: object }): Stock {
  return stock as Stock;
}

/** Loads a key of the stock from outside; its handle, 0 when it was refused. */
export function loadStock(guest: Guest): number {
  makeRoom(guest);
  const { random } = guest;
  const { inPrivate, inPublic } = stockOf(random);
  const hierarchy = random.chance(85) ? TPM_RH.NULL : TPM_RH.OWNER;
  const isWhole = hierarchy === TPM_RH.NULL && random.chance(85);
  return guest.run('LoadExternal', { inPrivate: isWhole ? inPrivate : null, inPublic, hierarchy })
    .handle;
}

/** Imports a key of the stock under a parent and loads it; its handle, 0 when it was refused. */
export function importStock(guest: Guest, isParent = false): number {
  const parentHandle = parentOf(guest);
  if (parentHandle === null) return 0;
  const { inPrivate, inPublic } = stockOf(guest.random, isParent);
  const { values } = guest.run('Import', {
    parentHandle,
    encryptionKey: NONE,
    objectPublic: inPublic,
    duplicate: toOctets(TPM2B_SENSITIVE, inPrivate),
    inSymSeed: NONE,
    symmetricAlg: { algorithm: 'NULL' },
  });
  if (values['outPrivate'] === undefined) return 0;
  makeRoom(guest);
  return guest.run('Load', { parentHandle, inPrivate: values['outPrivate'], inPublic }).handle;
}
