import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { pssEncode, pssSaltSize, pssVerify } from '../crypto/pss.ts';
import { rsaPrivateRaw, rsaPublicRaw } from '../crypto/rsa.ts';
import { rsassaEncode, rsassaVerify } from '../crypto/rsassa.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { TPM_RH } from '../structures/handles.ts';
import type { TpmtPublic } from '../structures/public.ts';
import type { TpmtSigScheme, TpmtSignature } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import { isEccRight, signEcc, type Signed } from './eccSigning.ts';
import { slotAt } from './entities.ts';
import type { TpmObject, Transient } from './objects.ts';
import { rsaPrivateOf } from './rsaKeys.ts';
import type { Tpm } from './tpm.ts';

/** Fresh random octets, as many as asked for. */
type Entropy = (count: number) => Uint8Array;

/** How keys of each type can sign. Part 2, 11.2.1.5 TPMT_SIG_SCHEME */
const SCHEMES: Readonly<Record<TpmtPublic['type'], readonly TpmtSigScheme['scheme'][]>> = {
  RSA: ['RSASSA', 'RSAPSS'],
  ECC: ['ECDSA', 'ECDAA', 'SM2', 'ECSCHNORR'],
  KEYEDHASH: ['HMAC'],
  SYMCIPHER: [],
};

const EXPONENT_DEFAULT = 65537;

/**
 * The key that is to sign, null for TPM_RH_NULL. Refuses with KEY at handle `number` of the command
 * what does not sign.
 */
export function signingKeyAt(tpm: Tpm, handle: number, number: number): TpmObject | null {
  if (handle === TPM_RH.NULL) return null;
  const key = slotAt(tpm, handle);
  if (key.kind === 'sequence') refuse('KEY', { handle: number });
  const { type, objectAttributes } = key.publicArea;
  const isSigning = has(objectAttributes, OBJECT.sign) && type !== 'SYMCIPHER';
  return isSigning ? key : refuse('KEY', { handle: number });
}

/**
 * The scheme to sign with: the key's own, which the command may repeat but not change, or else the
 * command's. NULL without a key. Refuses with SCHEME at parameter `number` of the command.
 *
 * Part 3, 20.2 TPM2_Sign
 */
export function selectSignScheme(
  key: TpmObject | null,
  inScheme: TpmtSigScheme,
  number: number,
): TpmtSigScheme {
  if (key === null) return { scheme: 'NULL' };
  const own = ownScheme(key.publicArea);
  const isSame =
    own.scheme === inScheme.scheme && hashOf(own) !== null && hashOf(own) === hashOf(inScheme);
  // An anonymous scheme needs the count that only the command has.
  const isOpen = own.scheme === 'NULL' || (inScheme.scheme === 'NULL' && own.scheme !== 'ECDAA');
  const chosen = isSame || own.scheme === 'NULL' ? inScheme : own;
  const isPossible = SCHEMES[key.publicArea.type].includes(chosen.scheme);
  if (!isPossible || !(isOpen || isSame)) refuse('SCHEME', { parameter: number });
  return chosen;
}

/** The scheme of a key, NULL when it has none to sign with. */
function ownScheme(publicArea: TpmtPublic): TpmtSigScheme {
  if (publicArea.type === 'SYMCIPHER') return { scheme: 'NULL' };
  const { scheme } = publicArea.parameters;
  switch (scheme.scheme) {
    case 'RSASSA':
    case 'RSAPSS':
    case 'ECDSA':
    case 'ECDAA':
    case 'SM2':
    case 'ECSCHNORR':
    case 'HMAC':
      return scheme;
    default:
      return { scheme: 'NULL' };
  }
}

/** The hash of a scheme; null for NULL. */
export function hashOf(scheme: TpmtSigScheme): HashAlg | null {
  return scheme.scheme === 'NULL' ? null : scheme.hashAlg;
}

/**
 * The signature of a digest, which is as long as the scheme's hash makes it; NULL without a key.
 * The scheme is one that `selectSignScheme` gave for this key, and its sensitive area is there.
 * Refuses as `signEcc` does.
 */
export function signDigest(
  { commits }: Tpm,
  key: TpmObject | null,
  scheme: TpmtSigScheme,
  digest: Uint8Array,
  entropy: Entropy,
): Signed {
  if (key === null) return { signature: { sigAlg: 'NULL' }, events: [] };
  switch (scheme.scheme) {
    case 'RSASSA':
    case 'RSAPSS':
      return { signature: signRsa(key, scheme, digest, entropy), events: [] };
    case 'ECDSA':
    case 'ECDAA':
    case 'SM2':
    case 'ECSCHNORR':
      return signEcc(commits, key, scheme, digest, entropy);
    case 'HMAC': {
      const { hashAlg: hash } = scheme;
      const mac = hmac(hash, sensitiveOf(key), digest);
      return { signature: { sigAlg: 'HMAC', hash, digest: mac }, events: [] };
    }
    case 'NULL':
      throw new Error('a key signs with a scheme');
  }
}

function sensitiveOf({ sensitive }: TpmObject): Uint8Array {
  if (sensitive === null) throw new Error('a key without its sensitive area does not sign');
  return sensitive.sensitive.octets;
}

function signRsa(
  key: TpmObject,
  { scheme, hashAlg }: Extract<TpmtSigScheme, { scheme: 'RSASSA' | 'RSAPSS' }>,
  digest: Uint8Array,
  entropy: Entropy,
): TpmtSignature {
  const priv = rsaPrivateOf(key);
  const emBits = priv.size * 8 - 1;
  const em =
    scheme === 'RSASSA'
      ? rsassaEncode(hashAlg, digest, priv.size)
      : pssEncode(hashAlg, digest, entropy(pssSaltSize(hashAlg, emBits)), emBits);
  return { sigAlg: scheme, hash: hashAlg, sig: rsaPrivateRaw(priv, em) };
}

/**
 * Refuses with SIGNATURE what the key did not make for this digest, with SCHEME what no such key
 * makes, and with HANDLE an HMAC key of which only the public area is here.
 *
 * Part 3, 20.1 TPM2_VerifySignature
 */
export function verifySignature(
  key: Transient,
  digest: Uint8Array,
  signature: TpmtSignature,
): void {
  if (key.kind === 'sequence') refuse('SCHEME');
  const { publicArea } = key;
  switch (publicArea.type) {
    case 'RSA': {
      if (signature.sigAlg !== 'RSASSA' && signature.sigAlg !== 'RSAPSS') refuse('SCHEME');
      if (!isRsaRight(publicArea, digest, signature)) refuse('SIGNATURE');
      return;
    }
    case 'ECC': {
      if (!isEccRight(publicArea, digest, signature)) refuse('SIGNATURE');
      return;
    }
    case 'KEYEDHASH':
      verifyHmac(key, digest, signature);
      return;
    case 'SYMCIPHER':
      refuse('SCHEME');
  }
}

function isRsaRight(
  publicArea: Extract<TpmtPublic, { type: 'RSA' }>,
  digest: Uint8Array,
  { sigAlg, hash, sig }: Extract<TpmtSignature, { sigAlg: 'RSASSA' | 'RSAPSS' }>,
): boolean {
  const modulus = publicArea.unique;
  if (sig.length !== modulus.length || !isBelow(sig, modulus)) return false;
  const em = rsaPublicRaw(modulus, publicArea.parameters.exponent || EXPONENT_DEFAULT, sig);
  if (sigAlg === 'RSASSA') return rsassaVerify(hash, digest, em);
  return pssVerify(hash, digest, em, modulus.length * 8 - 1);
}

/** True when the first number, which is as long as the second, is the smaller one. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  const first = a.findIndex((octet, i) => octet !== b[i]);
  return first >= 0 && (a[first] ?? 0) < (b[first] ?? 0);
}

function verifyHmac(key: TpmObject, digest: Uint8Array, signature: TpmtSignature): void {
  if (key.sensitive === null) refuse('HANDLE');
  if (signature.sigAlg !== 'HMAC') refuse('SCHEME');
  const own = ownScheme(key.publicArea);
  if (own.scheme !== 'NULL' && hashOf(own) !== signature.hash) refuse('SIGNATURE');
  const right = hmac(signature.hash, sensitiveOf(key), digest);
  if (!equalOctets(right, signature.digest)) refuse('SIGNATURE');
}
