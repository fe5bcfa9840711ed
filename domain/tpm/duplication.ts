import { equalOctets } from '../crypto/constantTime.ts';
import { digest } from '../crypto/hash.ts';
import { BLOCK_SIZE, decryptCfb, encryptCfb } from '../crypto/symmetric.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import { fromOctets } from '../structures/codec.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { concat, u16 } from '../structures/octets.ts';
import { TPMT_SENSITIVE, type TpmtSensitive } from '../structures/public.ts';
import type { RcPosition } from '../structures/responseCodes.ts';
import type { TpmtSymDefObject } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import { slotAt } from './entities.ts';
import type { TpmObject } from './objects.ts';
import { sensitiveOctets, withoutPadding } from './privateBlob.ts';
import { isStorageArea } from './templates.ts';
import type { Tpm } from './tpm.ts';

/**
 * The storage key at a handle under which something is to go; only its public area may be here.
 * TYPE for anything else. Part 1, 23.3 Parents
 */
export function newParentAt(tpm: Tpm, handle: number, position: RcPosition): TpmObject {
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'sequence') refuse('TYPE', position);
  const { publicArea } = slot;
  const isStorage =
    publicArea.type !== 'KEYEDHASH' &&
    isStorageArea(publicArea) &&
    !has(publicArea.objectAttributes, OBJECT.sign);
  return isStorage ? slot : refuse('TYPE', position);
}

/** The key of an inner wrapper with its cipher; null without one. */
export type InnerKey = {
  readonly sym: Exclude<TpmtSymDefObject, { algorithm: 'NULL' }>;
  readonly key: Uint8Array;
};

/**
 * A sensitive area in its inner wrapper: encrypted together with a digest that binds it to its
 * Name. Part 1, 23.3.2.3 Inner Duplication Wrapper
 */
export function wrapInner(
  sensitive: TpmtSensitive,
  name: Uint8Array,
  nameAlg: HashAlg,
  inner: InnerKey | null,
): Uint8Array {
  const plain = sensitiveOctets(name, sensitive);
  if (inner === null) return plain;
  const { sym, key } = inner;
  const integrity = digest(nameAlg, plain, name);
  const iv = new Uint8Array(BLOCK_SIZE[sym.algorithm]);
  return encryptCfb(sym.algorithm, key, iv, concat(u16(integrity.length), integrity, plain));
}

/** The sensitive area in an inner wrapper; INTEGRITY when it is not of this Name and key. */
export function unwrapInner(
  wrapped: Uint8Array,
  name: Uint8Array,
  nameAlg: HashAlg,
  inner: InnerKey | null,
): TpmtSensitive {
  if (inner === null) return exactSensitive(wrapped.slice());
  const { sym, key } = inner;
  const iv = new Uint8Array(BLOCK_SIZE[sym.algorithm]);
  const reader = new Reader(decryptCfb(sym.algorithm, key, iv, wrapped));
  const integrity = reader.octets(reader.u16());
  const plain = reader.octets(reader.remaining);
  if (!equalOctets(integrity, digest(nameAlg, plain, name))) refuse('INTEGRITY');
  return exactSensitive(plain);
}

/** Its size is checked before what is in it: SIZE where it is not that of all the octets. */
function exactSensitive(octets: Uint8Array): TpmtSensitive {
  const reader = new Reader(octets);
  if (reader.u16() !== reader.remaining) refuse('SIZE');
  return withoutPadding(fromOctets(TPMT_SENSITIVE, reader.peekRest()));
}
