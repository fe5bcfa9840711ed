import { eccPublicFromPrivate } from '../../domain/crypto/ecc.ts';
import { digest } from '../../domain/crypto/hash.ts';
import { rsaNumbers } from '../support/rsaKeys.ts';
import { alg, bits, curve, hex, sized, u16, u32, type Part } from './wire.ts';

/** Numbers of TPM_ALG_ID and TPM_ECC_CURVE. */
export const ALG = {
  RSA: 0x01,
  SHA1: 0x04,
  HMAC: 0x05,
  AES: 0x06,
  KEYEDHASH: 0x08,
  XOR: 0x0a,
  SHA256: 0x0b,
  SHA384: 0x0c,
  NULL: 0x10,
  RSASSA: 0x14,
  RSAES: 0x15,
  RSAPSS: 0x16,
  OAEP: 0x17,
  ECDSA: 0x18,
  ECDH: 0x19,
  ECDAA: 0x1a,
  SM2: 0x1b,
  ECSCHNORR: 0x1c,
  KDF1_108: 0x22,
  ECC: 0x23,
  SYMCIPHER: 0x25,
  CFB: 0x43,
} as const;

/** Bits of TPMA_OBJECT. */
export const A = {
  fixedTPM: 0x2,
  stClear: 0x4,
  fixedParent: 0x10,
  origin: 0x20,
  user: 0x40,
  admin: 0x80,
  noDA: 0x400,
  encDup: 0x800,
  restricted: 0x10000,
  decrypt: 0x20000,
  sign: 0x40000,
  x509sign: 0x80000,
} as const;

/** A key that was made outside: its attributes and policy, and the octets that it consists of. */
export type SoftwareObject = {
  readonly publicArea: readonly Part[];
  readonly sensitive: readonly Part[];
};

const NONE: Uint8Array = new Uint8Array(0);
const SEED = hex('07'.repeat(32));

/** A scheme: its algorithm, and its hash where it has one. */
export function scheme(name = 'scheme', ...numbers: readonly number[]): readonly Part[] {
  const [first = ALG.NULL, ...more] = numbers;
  return [alg(`${name}.scheme`, first), ...more.map((one, i) => alg(`${name}.${i + 1}`, one))];
}

/** AES-128 in CFB mode, as storage keys have it, or none. */
export function symmetric(isStorage: boolean): readonly Part[] {
  if (!isStorage) return [alg('symmetric.algorithm', ALG.NULL)];
  return [
    alg('symmetric.algorithm', ALG.AES),
    u16('symmetric.keyBits', 128),
    alg('symmetric.mode', ALG.CFB),
  ];
}

/** What stands in every public area before the parameters. */
export function head(type: number, attributes: number, policy = NONE): readonly Part[] {
  return [
    alg('type', type),
    alg('nameAlg', ALG.SHA256),
    bits('objectAttributes', attributes),
    sized('authPolicy', policy),
  ];
}

function sensitiveParts(type: number, octets: Uint8Array, auth: string): readonly Part[] {
  return [
    alg('sensitiveType', type),
    sized('authValue', Buffer.from(auth)),
    sized('seedValue', SEED),
    sized('sensitive', octets),
  ];
}

/** An RSA-2048 key, always the same one. */
export function rsaObject(attributes: number, ...schemeNumbers: readonly number[]): SoftwareObject {
  const { n, p } = rsaNumbers('conformance');
  return {
    publicArea: [
      ...head(ALG.RSA, attributes),
      ...symmetric((attributes & A.restricted) !== 0 && (attributes & A.decrypt) !== 0),
      ...scheme('scheme', ...schemeNumbers),
      u16('keyBits', 2048),
      u32('exponent', 0),
      sized('unique', n),
    ],
    sensitive: sensitiveParts(ALG.RSA, p, ''),
  };
}

/** A P-256 key, always the same one for a number. */
export function eccObject(
  number: number,
  attributes: number,
  ...schemeNumbers: readonly number[]
): SoftwareObject {
  const d = hex(`${'11'.repeat(31)}${number.toString(16).padStart(2, '0')}`);
  const { x, y } = eccPublicFromPrivate('NIST_P256', d);
  return {
    publicArea: [
      ...head(ALG.ECC, attributes),
      ...symmetric((attributes & A.restricted) !== 0 && (attributes & A.decrypt) !== 0),
      ...scheme('scheme', ...schemeNumbers),
      curve('curveID', 3),
      ...scheme('kdf'),
      sized('unique.x', x),
      sized('unique.y', y),
    ],
    sensitive: sensitiveParts(ALG.ECC, d, ''),
  };
}

/** An object of a keyed hash: an HMAC key, or data. */
export function keyedHashObject(
  text: string,
  attributes: number,
  auth = '',
  policy = NONE,
  ...schemeNumbers: readonly number[]
): SoftwareObject {
  const octets = Buffer.from(text);
  return {
    publicArea: [
      ...head(ALG.KEYEDHASH, attributes, policy),
      ...scheme('scheme', ...schemeNumbers),
      sized('unique', digest('SHA256', SEED, octets)),
    ],
    sensitive: sensitiveParts(ALG.KEYEDHASH, octets, auth),
  };
}

/** An AES-128 key of a mode. */
export function cipherObject(attributes: number, mode: number = ALG.NULL): SoftwareObject {
  const key = hex('000102030405060708090a0b0c0d0e0f');
  return {
    publicArea: [
      ...head(ALG.SYMCIPHER, attributes),
      alg('sym.algorithm', ALG.AES),
      u16('sym.keyBits', 128),
      alg('sym.mode', mode),
      sized('unique', digest('SHA256', SEED, key)),
    ],
    sensitive: sensitiveParts(ALG.SYMCIPHER, key, ''),
  };
}

/** The template of a storage key of P-256, or of another key that is made inside. */
export function eccTemplate(
  attributes: number,
  ...schemeNumbers: readonly number[]
): readonly Part[] {
  return [
    ...head(ALG.ECC, attributes),
    ...symmetric((attributes & A.restricted) !== 0 && (attributes & A.decrypt) !== 0),
    ...scheme('scheme', ...schemeNumbers),
    curve('curveID', 3),
    ...scheme('kdf'),
    sized('unique.x'),
    sized('unique.y'),
  ];
}

/** The attributes of a storage key that stays in its TPM. */
export const STORAGE =
  A.fixedTPM | A.fixedParent | A.origin | A.user | A.noDA | A.restricted | A.decrypt;
