import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { kdfa } from '../crypto/kdf.ts';
import { BLOCK_SIZE, decryptCfb, encryptCfb } from '../crypto/symmetric.ts';
import { TPM2B_DIGEST } from '../structures/buffers.ts';
import { fromOctets, toOctets } from '../structures/codec.ts';
import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { EMPTY, concat, stripTrailingZeros, u16 } from '../structures/octets.ts';
import { TPM2B_SENSITIVE, type TpmtSensitive } from '../structures/public.ts';
import type { TpmtSymDefObject } from '../structures/schemes.ts';
import { Secret } from '../structures/secret.ts';
import { refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import type { TpmObject } from './objects.ts';
import { storageCipher } from './templates.ts';

/** A Name begins with a TPM_ALG_ID. */
const ALG_SIZE = 2;

/** What protects something for a storage key: its hash, its cipher, and the seed of both keys. */
export type Protection = {
  readonly hashAlg: HashAlg;
  readonly sym: TpmtSymDefObject;
  readonly seed: Uint8Array;
};

/** How a storage key protects what belongs to it; a seed that was exchanged may replace its own. */
export function protectionOf({ publicArea, sensitive }: TpmObject, seed?: Uint8Array): Protection {
  const { nameAlg } = publicArea;
  const secretSeed = seed ?? sensitive?.seedValue.octets;
  if (nameAlg === 'NULL' || secretSeed === undefined) refuse('KEY');
  return { hashAlg: nameAlg, sym: storageCipher(publicArea), seed: secretSeed };
}

/** Integrity || IV || encrypted data; without an IV it is zero and not written. */
export function wrap(
  protection: Protection,
  name: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array | null,
): Uint8Array {
  const { alg, key } = cipher(protection, name);
  const zero = new Uint8Array(BLOCK_SIZE[alg]);
  const encrypted = encryptCfb(alg, key, iv ?? zero, data);
  const body = iv === null ? encrypted : concat(u16(iv.length), iv, encrypted);
  const integrity = integrityOf(protection, name, body);
  return concat(u16(integrity.length), integrity, body);
}

/**
 * The data that was wrapped. Refuses with INTEGRITY what was changed or belongs to another Name,
 * and with SIZE or INSUFFICIENT what was never wrapped. Part 1, 23.4 Protected Storage
 */
export function unwrap(
  protection: Protection,
  name: Uint8Array,
  wrapped: Uint8Array,
  hasIv: boolean,
): Uint8Array {
  const reader = new Reader(wrapped);
  const integrity = TPM2B_DIGEST.unmarshal(reader);
  const body = reader.octets(reader.remaining);
  if (!equalOctets(integrity, integrityOf(protection, name, body))) refuse('INTEGRITY');
  const { alg, key } = cipher(protection, name);
  if (!hasIv) return decryptCfb(alg, key, new Uint8Array(BLOCK_SIZE[alg]), body);
  const inner = new Reader(body);
  const iv = inner.octets(inner.u16());
  if (iv.length !== BLOCK_SIZE[alg]) refuse('INTEGRITY');
  return decryptCfb(alg, key, iv, inner.octets(inner.remaining));
}

function cipher({ hashAlg, sym, seed }: Protection, name: Uint8Array) {
  if (sym.algorithm === 'NULL') refuse('KEY');
  const key = kdfa(hashAlg, seed, 'STORAGE', name, EMPTY, sym.keyBits);
  return { alg: sym.algorithm, key };
}

function integrityOf({ hashAlg, seed }: Protection, name: Uint8Array, body: Uint8Array) {
  const key = kdfa(hashAlg, seed, 'INTEGRITY', EMPTY, EMPTY, DIGEST_SIZE[hashAlg] * 8);
  return hmac(hashAlg, key, body, name);
}

/**
 * The sensitive area of the object with a Name, as it is wrapped: its authorization value is as
 * long as the digest in the Name, for nobody shall see how long it really is. Part 1, 23.4
 * Protected Storage
 */
export function sensitiveOctets(name: Uint8Array, sensitive: TpmtSensitive): Uint8Array {
  const { octets } = sensitive.authValue;
  const padding = new Uint8Array(Math.max(0, name.length - ALG_SIZE - octets.length));
  return toOctets(TPM2B_SENSITIVE, {
    ...sensitive,
    authValue: new Secret(concat(octets, padding)),
  });
}

/** The sensitive area in octets that `sensitiveOctets` made. */
export function sensitiveOf(octets: Uint8Array): TpmtSensitive {
  return withoutPadding(fromOctets(TPM2B_SENSITIVE, octets));
}

/** The sensitive area with its authorization value as long as it really is. */
export function withoutPadding(sensitive: TpmtSensitive): TpmtSensitive {
  const authValue = new Secret(stripTrailingZeros(sensitive.authValue.octets).slice());
  return { ...sensitive, authValue };
}

/** A sensitive area as its parent lets it out: TPM2B_PRIVATE. Part 1, 23.4 Protected Storage */
export function sensitiveToPrivate(
  parent: TpmObject,
  name: Uint8Array,
  sensitive: TpmtSensitive,
  entropy: (count: number) => Uint8Array,
): Uint8Array {
  const protection = protectionOf(parent);
  const { sym } = protection;
  const size = sym.algorithm === 'NULL' ? refuse('KEY') : BLOCK_SIZE[sym.algorithm];
  return wrap(protection, name, sensitiveOctets(name, sensitive), entropy(size));
}

/** The sensitive area that `sensitiveToPrivate` let out; refuses as `unwrap` anything else. */
export function privateToSensitive(
  parent: TpmObject,
  name: Uint8Array,
  outPrivate: Uint8Array,
): TpmtSensitive {
  return sensitiveOf(unwrap(protectionOf(parent), name, outPrivate, true));
}
