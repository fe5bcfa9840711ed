import { DER_TAG, der, derSequence } from '../../domain/crypto/der.ts';
import { ascii, concat, fromHex, u32 } from '../../domain/structures/octets.ts';

const [SET, UTF8, UTC_TIME, EXTENSIONS] = [0x31, 0x0c, 0x17, 0xa3];
const COMMON_NAME = fromHex('0603550403');

/** A distinguished name of one common name. */
export function nameOf(text: string): Uint8Array {
  return derSequence(der(SET, derSequence(COMMON_NAME, der(UTF8, ascii(text)))));
}

/** From 2026 to 2046. */
export const VALIDITY = derSequence(
  der(UTC_TIME, ascii('260101000000Z')),
  der(UTC_TIME, ascii('460101000000Z')),
);

function bitExtension(oid: Uint8Array, bits: Uint8Array, unused: number): Uint8Array {
  const value = der(DER_TAG.BIT_STRING, new Uint8Array([unused]), bits);
  return derSequence(oid, der(DER_TAG.OCTET_STRING, value));
}

/** The extension KeyUsage, from its octets and how many of their bits are unused. */
export function keyUsage(bits: number, unused: number): Uint8Array {
  return bitExtension(fromHex('0603551d0f'), new Uint8Array([bits]), unused);
}

/** The extension that tells the attributes of the object. */
export function tpmaObject(attributes: number): Uint8Array {
  return bitExtension(fromHex('06076781050a010101'), u32(attributes), 0);
}

/** digitalSignature, and nothing else. */
export const SIGNING_USAGE = keyUsage(0x80, 7);

/** Extensions under the tag that they have in a certificate. */
export function extensions(...list: readonly Uint8Array[]): Uint8Array {
  return der(EXTENSIONS, derSequence(...list));
}

/** What a caller gives of a certificate; `before` stands before the names. */
export function partial(list: readonly Uint8Array[], ...before: readonly Uint8Array[]): Uint8Array {
  const names = concat(nameOf('issuer'), VALIDITY, nameOf('subject'));
  return derSequence(...before, names, extensions(...list));
}
