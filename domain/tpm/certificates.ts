import { CURVES } from '../crypto/curves.ts';
import {
  DER_NULL,
  DER_TAG,
  der,
  derBits,
  derElement,
  derElements,
  derInteger,
  derSequence,
} from '../crypto/der.ts';
import { EC_PUBLIC_KEY, encodedPoint } from '../crypto/eccPoint.ts';
import { pssSaltSize } from '../crypto/pss.ts';
import { RSA_ENCRYPTION } from '../crypto/rsa.ts';
import { HASH_OID } from '../crypto/rsassa.ts';
import type { EccCurve } from '../structures/eccCurve.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { fromHex, u32 } from '../structures/octets.ts';
import type { TpmtPublic } from '../structures/public.ts';
import type { TpmtSigScheme } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import { rsaExponent } from './rsaKeys.ts';

/** sha1WithRSAEncryption and so on. RFC 8017, A.2.4 RSASSA-PKCS-v1_5 */
const RSASSA_OID: Readonly<Record<HashAlg, Uint8Array>> = {
  SHA1: fromHex('06092a864886f70d010105'),
  SHA256: fromHex('06092a864886f70d01010b'),
  SHA384: fromHex('06092a864886f70d01010c'),
  SHA512: fromHex('06092a864886f70d01010d'),
};
/** ecdsa-with-SHA1 and so on. RFC 5758, 3.2 ECDSA Signature Algorithm */
const ECDSA_OID: Readonly<Record<HashAlg, Uint8Array>> = {
  SHA1: fromHex('06072a8648ce3d0401'),
  SHA256: fromHex('06082a8648ce3d040302'),
  SHA384: fromHex('06082a8648ce3d040303'),
  SHA512: fromHex('06082a8648ce3d040304'),
};
/** id-RSASSA-PSS and id-mgf1. RFC 4055, 3.1 RSASSA-PSS Public Keys */
const PSS_OID = fromHex('06092a864886f70d01010a');
const MGF1_OID = fromHex('06092a864886f70d010108');
/** OpenSSL does no ECDH on it, so it has no name among the curves. GM/T 0006 */
const SM2_OID = fromHex('06082a811ccf5501822d');

const [TAG_0, TAG_1, TAG_2, TAG_3] = [0xa0, 0xa1, 0xa2, 0xa3];

/**
 * The subjectPublicKeyInfo of an object, null for what has none: other objects, and curves without
 * an object identifier. RFC 5280, 4.1.2.7 Subject Public Key Info
 */
export function subjectPublicKeyInfo(publicArea: TpmtPublic): Uint8Array | null {
  switch (publicArea.type) {
    case 'RSA': {
      const numbers = [publicArea.unique, u32(rsaExponent(publicArea))].map(derInteger);
      return derSequence(RSA_ENCRYPTION, derBits(derSequence(...numbers)));
    }
    case 'ECC': {
      const oid = curveOid(publicArea.parameters.curveID);
      if (oid === null) return null;
      return derSequence(derSequence(EC_PUBLIC_KEY, oid), encodedPoint(publicArea.unique));
    }
    case 'KEYEDHASH':
    case 'SYMCIPHER':
      return null;
  }
}

function curveOid(curve: EccCurve): Uint8Array | null {
  return CURVES[curve].known?.oid ?? (curve === 'SM2_P256' ? SM2_OID : null);
}

/**
 * The AlgorithmIdentifier of signatures that a key makes with a scheme; null when there is none.
 * RFC 5280, 4.1.1.2 signatureAlgorithm
 */
export function signatureAlgorithm(
  { type, unique }: TpmtPublic,
  scheme: TpmtSigScheme,
): Uint8Array | null {
  switch (scheme.scheme) {
    case 'RSASSA':
      return derSequence(RSASSA_OID[scheme.hashAlg], DER_NULL);
    case 'RSAPSS':
      return type === 'RSA' ? pssAlgorithm(scheme.hashAlg, unique.length * 8 - 1) : null;
    case 'ECDSA':
      return derSequence(ECDSA_OID[scheme.hashAlg]);
    default:
      return null;
  }
}

/**
 * With SHA-1 all parameters have their default values. For these the reference writes NULL, which
 * few take; a caller can give the algorithm itself. RFC 4055, 3.1 RSASSA-PSS Public Keys
 */
function pssAlgorithm(hashAlg: HashAlg, emBits: number): Uint8Array {
  if (hashAlg === 'SHA1') return derSequence(PSS_OID, DER_NULL);
  const hash = derSequence(HASH_OID[hashAlg], DER_NULL);
  const saltSize = derInteger(u32(pssSaltSize(hashAlg, emBits)));
  const parameters = derSequence(
    der(TAG_0, hash),
    der(TAG_1, derSequence(MGF1_OID, hash)),
    der(TAG_2, saltSize),
  );
  return derSequence(PSS_OID, parameters);
}

/** The version of a certificate with extensions. RFC 5280, 4.1.2.1 Version */
export const X509_V3 = der(TAG_0, derInteger(new Uint8Array([2])));

/** What a caller gives of a certificate: the algorithm is null when the TPM is to add it. */
export type PartialCertificate = {
  readonly algorithm: Uint8Array | null;
  /** Issuer, validity, subject. */
  readonly names: readonly Uint8Array[];
  readonly extensions: Uint8Array;
};

/**
 * Reads a partial certificate: a SEQUENCE of the algorithm (or not), issuer, validity, subject and
 * extensions. Refuses with SIZE what is no SEQUENCE or more than one, with VALUE one that is
 * empty or holds anything else. Part 3, 18.8 TPM2_CertifyX509
 */
export function partialCertificate(octets: Uint8Array): PartialCertificate {
  if (octets.length === 0) refuse('VALUE');
  const outer = derElement(octets);
  if (outer?.tag !== DER_TAG.SEQUENCE || outer.whole.length !== octets.length) refuse('SIZE');
  const elements = derElements(outer.contents) ?? refuse('VALUE');
  const sequences = elements.filter(({ tag }) => tag === DER_TAG.SEQUENCE);
  const [extensions, ...more] = elements.filter(({ tag }) => tag === TAG_3);
  const isComplete = sequences.length + 1 === elements.length && more.length === 0;
  if (extensions === undefined || !isComplete) refuse('VALUE');
  if (sequences.length < 3 || sequences.length > 4) refuse('VALUE');
  const parts = sequences.map(({ whole }) => whole);
  const algorithm = parts.length === 4 ? (parts[0] ?? null) : null;
  return { algorithm, names: parts.slice(-3), extensions: extensions.whole };
}
