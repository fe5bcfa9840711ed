import { digest } from '../crypto/hash.ts';
import { TPM_ALG } from '../structures/algorithms.ts';
import { toOctets } from '../structures/codec.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { TPMS_NV_PUBLIC, type TpmsNvPublic } from '../structures/nvPublic.ts';
import { EMPTY, concat, u16, u32 } from '../structures/octets.ts';
import { TPMT_PUBLIC_OR_NULL, type TpmtPublic } from '../structures/public.ts';

function nameOf(nameAlg: HashAlg, ...parts: readonly Uint8Array[]): Uint8Array {
  return concat(u16(TPM_ALG[nameAlg]), digest(nameAlg, ...parts));
}

/** The Name of an object: nameAlg || H(public area); none without a nameAlg. Part 1, 16 Names */
export function objectName(publicArea: TpmtPublic): Uint8Array {
  if (publicArea.nameAlg === 'NULL') return EMPTY;
  return nameOf(publicArea.nameAlg, toOctets(TPMT_PUBLIC_OR_NULL, publicArea));
}

/** The Name of an NV index with its attributes of the moment. Part 1, 16 Names */
export function nvName(publicArea: TpmsNvPublic): Uint8Array {
  return nameOf(publicArea.nameAlg, toOctets(TPMS_NV_PUBLIC, publicArea));
}

/** The Name of an entity that has no public area: its handle. Part 1, 16 Names */
export function handleName(handle: number): Uint8Array {
  return u32(handle);
}

/**
 * The Qualified Name of an object: it tells all ancestors. `parentQualifiedName` is that of the
 * parent, or the hierarchy's handle for a primary. Part 1, 26.5 Qualified Name of an Object
 */
export function qualifiedName(
  nameAlg: HashAlg | 'NULL',
  parentQualifiedName: Uint8Array,
  name: Uint8Array,
): Uint8Array {
  return nameAlg === 'NULL' ? EMPTY : nameOf(nameAlg, parentQualifiedName, name);
}
