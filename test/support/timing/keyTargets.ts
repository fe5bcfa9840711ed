import { eccPublicFromPrivate, eccSharedX } from '../../../domain/crypto/ecc.ts';
import { ecdsaSign } from '../../../domain/crypto/ecdsa.ts';
import { ecSchnorrSign } from '../../../domain/crypto/ecSchnorr.ts';
import { toOctets } from '../../../domain/crypto/integers.ts';
import { oaepUnpad } from '../../../domain/crypto/oaep.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { rsaPrivateFromPrime, rsaPrivateRaw, rsaPublicRaw } from '../../../domain/crypto/rsa.ts';
import { rsaesPad, rsaesUnpad } from '../../../domain/crypto/rsaes.ts';
import { mgf1 } from '../../../domain/crypto/kdf.ts';
import { sm2Sign } from '../../../domain/crypto/sm2.ts';
import type { EccCurve } from '../../../domain/structures/eccCurve.ts';
import { ascii } from '../../../domain/structures/octets.ts';
import { randomOctets } from '../randomness.ts';
import { rsaNumbers } from '../rsaKeys.ts';
import { oneOf } from './inputs.ts';
import type { Target } from './measurement.ts';

/** Octets of the modulus, and of a digest by SHA-256. */
const K = 256;
const H = 32;
const LABEL = ascii('IDENTITY\0');

type Faults = Readonly<Record<string, () => Uint8Array>>;

/** A block of OAEP whose parts are as given: the octet in front, and what the masks hide. */
function oaepBlock(front: number, hidden: Uint8Array): Uint8Array {
  const seed = randomOctets(H);
  const masked = mgf1('SHA256', seed, hidden.length).map((octet, i) => octet ^ hidden[i]!);
  const maskedSeed = mgf1('SHA256', masked, H).map((octet, i) => octet ^ seed[i]!);
  return Uint8Array.of(front, ...maskedSeed, ...masked);
}

/** What the masks hide of a message of 32 octets: digest of the label, zeros, 01, the message. */
function oaepHidden(): Uint8Array {
  const hidden = new Uint8Array(K - 1 - H);
  hidden.set(digest('SHA256', LABEL));
  hidden.set(Uint8Array.of(1, ...randomOctets(H)), hidden.length - H - 1);
  return hidden;
}

const OAEP_FAULTS: Faults = {
  'another octet in front': () => oaepBlock(1, oaepHidden()),
  'another label': () => oaepBlock(0, oaepHidden().with(0, 0)),
  'something among the zeros': () => oaepBlock(0, oaepHidden().with(H, 7)),
  'no 01': () => oaepBlock(0, oaepHidden().fill(0, H)),
  'nothing right': () => randomOctets(K),
};

function rsaesBlock(): Uint8Array {
  const filler = randomOctets(K - 3 - H).map((octet) => octet | 1);
  return rsaesPad(randomOctets(H), filler, K);
}

const RSAES_FAULTS: Faults = {
  'another octet in front': () => rsaesBlock().with(0, 1),
  'another kind of block': () => rsaesBlock().with(1, 1),
  'a filler too short': () => rsaesBlock().with(9, 0),
  'no end of the filler': () =>
    rsaesBlock()
      .map((octet) => octet || 1)
      .with(0, 0),
  // Random octets begin with 00 02 once in 65,536 times, and would mostly be right then.
  'nothing right': () => {
    const octets = randomOctets(K);
    return octets.with(1, octets[1]! | 1);
  },
};

/** Each fault against the first one: all of them look the same then. */
function faultTargets(
  name: string,
  faults: Faults,
  unpad: (block: Uint8Array) => Uint8Array | null,
): readonly Target[] {
  const [[first, makeFirst], ...others] = Object.entries(faults) as [
    [string, () => Uint8Array],
    ...[string, () => Uint8Array][],
  ];
  return others.map(([second, makeSecond]) => ({
    name,
    classes: [first, second],
    share: 1,
    repeats: 1,
    prepare: (isSecond) => {
      const block = oneOf(isSecond, makeFirst(), makeSecond());
      return () => unpad(block);
    },
  }));
}

/** The whole decryption, which takes a millisecond: blocks that are wrong in two ways. */
function decryptionTarget(
  name: string,
  faults: Faults,
  [first, second]: readonly [string, string],
  unpad: (block: Uint8Array) => Uint8Array | null,
): Target {
  const { n, p, e } = rsaNumbers('timing');
  const key = rsaPrivateFromPrime(n, p, e)!;
  return {
    name,
    classes: [first, second],
    share: 1 / 5,
    repeats: 1,
    prepare: (isSecond) => {
      // Below every modulus of this length, and wrong all the same.
      const block = oneOf(isSecond, faults[first]!(), faults[second]!()).with(0, 0);
      const given = rsaPublicRaw(n, e, block);
      return () => unpad(rsaPrivateRaw(key, given));
    },
  };
}

const unpadOaep = (block: Uint8Array): Uint8Array | null => oaepUnpad('SHA256', LABEL, block);

const CURVE = 'NIST_P256';
const SCALAR_SIZE = 32;

const randomScalar = (): Uint8Array => randomOctets(SCALAR_SIZE).with(0, 0x7f);

/** Forms of private scalars; each of them gives others every time, all below the order. */
const SCALARS: Readonly<Record<string, () => Uint8Array>> = {
  'few bits set': () => sparse(0),
  'most bits set': () => sparse(0xff),
  // Not 64 of them, which no random scalar has: OpenSSL reads a number of fewer words otherwise.
  'no bit among the highest 8': () => randomOctets(SCALAR_SIZE).with(0, 0),
};

/** Octets that are all the same but for the first one and four others. */
function sparse(octet: number): Uint8Array {
  const scalar = new Uint8Array(SCALAR_SIZE).fill(octet).with(0, 0x7f);
  for (const random of randomOctets(4)) scalar[1 + (random % 31)] = random;
  return scalar;
}

/** Private scalars of each form against random ones. */
function scalarTargets(
  name: string,
  work: (scalar: Uint8Array) => () => unknown,
  share = 1 / 2,
): readonly Target[] {
  return Object.entries(SCALARS).map(([form, make]) => ({
    name,
    classes: [form, 'random'],
    share,
    repeats: 1,
    prepare: (isSecond) => work(oneOf(isSecond, make(), randomScalar())),
  }));
}

function signing(d: Uint8Array, k: Uint8Array): () => unknown {
  const hashed = randomOctets(32);
  return () => {
    ecdsaSign(CURVE, d, hashed, k);
  };
}

function schnorrSigning(d: Uint8Array, k: Uint8Array): () => unknown {
  const hashed = randomOctets(32);
  return () => {
    ecSchnorrSign(CURVE, 'SHA256', d, hashed, k);
  };
}

function sm2Signing(d: Uint8Array, k: Uint8Array): () => unknown {
  const hashed = randomOctets(32);
  return () => {
    sm2Sign(CURVE, d, hashed, k);
  };
}

/** An exchange on a curve of as many octets. */
function exchange(curve: EccCurve): (d: Uint8Array) => () => unknown {
  const peer = eccPublicFromPrivate(curve, toOctets(0x1234567n, SCALAR_SIZE));
  return (d) => () => {
    eccSharedX(curve, d, peer);
  };
}

/** What is done with private keys. */
export const KEY_TARGETS: readonly Target[] = [
  ...faultTargets('OAEP', OAEP_FAULTS, unpadOaep),
  ...faultTargets('RSAES', RSAES_FAULTS, rsaesUnpad),
  decryptionTarget('OAEP, decrypted', OAEP_FAULTS, ['another label', 'no 01'], unpadOaep),
  decryptionTarget(
    'RSAES, decrypted',
    RSAES_FAULTS,
    ['another kind of block', 'no end of the filler'],
    rsaesUnpad,
  ),
  ...scalarTargets('ECDSA, the key', (d) => signing(d, randomScalar())),
  ...scalarTargets('ECDSA, the nonce', (k) => signing(randomScalar(), k)),
  ...scalarTargets('Schnorr, the key', (d) => schnorrSigning(d, randomScalar())),
  ...scalarTargets('Schnorr, the nonce', (k) => schnorrSigning(randomScalar(), k)),
  ...scalarTargets('SM2, the key', (d) => sm2Signing(d, randomScalar())),
  ...scalarTargets('SM2, the nonce', (k) => sm2Signing(randomScalar(), k)),
  ...scalarTargets('ECDH, the key', exchange(CURVE)),
  ...scalarTargets('ECDH on a curve without a name, the key', exchange('BN_P256'), 1 / 10),
];
