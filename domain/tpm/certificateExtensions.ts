import { DER_TAG, derElement } from '../crypto/der.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import { fromHex, sameOctets } from '../structures/octets.ts';
import type { RcPosition } from '../structures/responseCodes.ts';
import { refuse } from '../structures/tpmError.ts';

/** id-ce-keyUsage. RFC 5280, 4.2.1.3 Key Usage */
const KEY_USAGE_OID = fromHex('0603551d0f');
/** tcg-tpmaObject, 2.23.133.10.1.1.1: what attributes the object has. */
const TPMA_OBJECT_OID = fromHex('06076781050a010101');

/** Bits of KeyUsage, from the left. Part 2, 8.11 TPMA_X509_KEY_USAGE */
const USAGE = {
  digitalSignature: 1 << 31,
  nonRepudiation: 1 << 30,
  keyEncipherment: 1 << 29,
  dataEncipherment: 1 << 28,
  keyAgreement: 1 << 27,
  keyCertSign: 1 << 26,
  cRLSign: 1 << 25,
  encipherOnly: 1 << 24,
  decipherOnly: 1 << 23,
};
const SIGNING = USAGE.digitalSignature | USAGE.keyCertSign | USAGE.cRLSign;
const DECRYPTING =
  USAGE.keyEncipherment |
  USAGE.dataEncipherment |
  USAGE.keyAgreement |
  USAGE.encipherOnly |
  USAGE.decipherOnly;

/** What the uses in a certificate ask of an object's attributes. */
const NEEDED: readonly (readonly [usage: number, attribute: number])[] = [
  [SIGNING, OBJECT.sign],
  [DECRYPTING, OBJECT.decrypt],
  [USAGE.nonRepudiation, OBJECT.fixedTPM],
  [USAGE.keyAgreement, OBJECT.restricted],
];

const BITS_MAX = 32;

/**
 * Refuses extensions that say of an object what its attributes do not: ATTRIBUTES, of `object`,
 * when they name other ones; VALUE when its uses need others, when there is no KeyUsage, or when
 * they are no extensions. Part 3, 18.8 TPM2_CertifyX509
 */
export function checkExtensions(
  extensions: Uint8Array,
  attributes: number,
  object: RcPosition,
): void {
  const list = listOf(extensions);
  const named = extensionBits(list, TPMA_OBJECT_OID);
  if (named !== null && named !== attributes) refuse('ATTRIBUTES', object);
  const usage = extensionBits(list, KEY_USAGE_OID) ?? refuse('VALUE');
  for (const [uses, attribute] of NEEDED) {
    if ((usage & uses) !== 0 && !has(attributes, attribute)) refuse('VALUE');
  }
}

/** What follows the tags around the list of extensions. */
function listOf(extensions: Uint8Array): Uint8Array {
  const tagged = derElement(extensions) ?? refuse('VALUE');
  const list = derElement(tagged.contents);
  return list?.tag === DER_TAG.SEQUENCE ? list.onward : refuse('VALUE');
}

/** The bits in the first extension with this identifier, from the left; null without one. */
function extensionBits(list: Uint8Array, oid: Uint8Array): number | null {
  for (let rest = list; rest.length > 0;) {
    const extension = derElement(rest);
    if (extension?.tag !== DER_TAG.SEQUENCE) refuse('VALUE');
    const { contents, whole } = extension;
    if (sameOctets(contents.subarray(0, oid.length), oid)) return octetStringBits(contents);
    rest = rest.subarray(whole.length);
  }
  return null;
}

/** The bits of the BIT STRING in the first OCTET STRING among these elements. */
function octetStringBits(contents: Uint8Array): number {
  for (let rest = contents; ;) {
    const element = derElement(rest);
    if (element === null || element.contents.length === 0) refuse('VALUE');
    if (element.tag === DER_TAG.OCTET_STRING) return bitString(element.onward);
    rest = rest.subarray(element.whole.length);
  }
}

/** A BIT STRING of at most 32 bits, the first of which is the highest of the number. */
function bitString(octets: Uint8Array): number {
  const element = derElement(octets);
  if (element?.tag !== DER_TAG.BIT_STRING) refuse('VALUE');
  const [unused, ...bits] = element.contents;
  if (unused === undefined || unused > 7 || (bits.length === 0 && unused > 0)) refuse('VALUE');
  const count = bits.length * 8 - unused;
  if (count > BITS_MAX) refuse('VALUE');
  const value = bits.reduce((sum, octet) => sum * 256 + octet, 0);
  return Math.floor(value / 2 ** unused) * 2 ** (BITS_MAX - count);
}
