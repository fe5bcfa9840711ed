import { nonZeroOctets, rsaesMessageSizeMax, rsaesPad, rsaesUnpad } from '../crypto/rsaes.ts';
import { oaepMessageSizeMax, oaepPad, oaepUnpad } from '../crypto/oaep.ts';
import { rsaPrivateRaw, rsaPublicRaw } from '../crypto/rsa.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { padLeft, stripLeadingZeros } from '../structures/octets.ts';
import type { TpmtPublic } from '../structures/public.ts';
import type { TpmtRsaDecrypt } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { TpmObject } from './objects.ts';
import { rsaExponent, rsaPrivateOf } from './rsaKeys.ts';
import { isBelow } from './secretExchange.ts';
import type { Tpm } from './tpm.ts';

/** An RSA key with its public area known to be one. */
export type RsaKey = TpmObject & { readonly publicArea: Extract<TpmtPublic, { type: 'RSA' }> };

/** The RSA key at handle 1; KEY for anything else. */
export function rsaKeyAt(tpm: Tpm, handle: number): RsaKey {
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'sequence' || slot.publicArea.type !== 'RSA') refuse('KEY', { handle: 1 });
  return { ...slot, publicArea: slot.publicArea };
}

/** A label is empty or ends in a zero, which counts; VALUE for parameter 3 otherwise. */
export function checkLabel(label: Uint8Array): void {
  if (label.length > 0 && label.at(-1) !== 0) refuse('VALUE', { parameter: 3 });
}

/**
 * The scheme to encrypt with: the key's own, which the command may repeat but not change, or else
 * the command's. SCHEME for parameter 2 otherwise. Part 1, B.3 RSA Encryption
 */
export function selectDecryptScheme({ publicArea }: RsaKey, asked: TpmtRsaDecrypt): TpmtRsaDecrypt {
  const own = publicArea.parameters.scheme;
  if (own.scheme === 'NULL') return asked;
  if (own.scheme === 'RSASSA' || own.scheme === 'RSAPSS') refuse('SCHEME', { parameter: 2 });
  const isSame =
    own.scheme === asked.scheme &&
    (own.scheme !== 'OAEP' || asked.scheme !== 'OAEP' || own.hashAlg === asked.hashAlg);
  return asked.scheme === 'NULL' || isSame ? own : refuse('SCHEME', { parameter: 2 });
}

/** The message encrypted to a key; VALUE when it is too long. Part 3, 14.2 TPM2_RSA_Encrypt */
export function rsaEncrypt(
  { publicArea }: RsaKey,
  scheme: TpmtRsaDecrypt,
  label: Uint8Array,
  message: Uint8Array,
  entropy: (count: number) => Uint8Array,
): Uint8Array {
  const modulus = publicArea.unique;
  const em = padded(scheme, label, message, modulus.length, entropy);
  if (!isBelow(em, modulus)) refuse('VALUE');
  return rsaPublicRaw(modulus, rsaExponent(publicArea), em);
}

function padded(
  scheme: TpmtRsaDecrypt,
  label: Uint8Array,
  message: Uint8Array,
  k: number,
  entropy: (count: number) => Uint8Array,
): Uint8Array {
  switch (scheme.scheme) {
    case 'NULL': {
      const significant = stripLeadingZeros(message);
      return significant.length > k ? refuse('VALUE') : padLeft(significant, k);
    }
    case 'RSAES':
      if (message.length > rsaesMessageSizeMax(k)) refuse('VALUE');
      return rsaesPad(message, nonZeroOctets(entropy, k - 3 - message.length), k);
    case 'OAEP': {
      const { hashAlg } = scheme;
      if (message.length > oaepMessageSizeMax(hashAlg, k)) refuse('VALUE');
      return oaepPad(hashAlg, label, message, entropy(DIGEST_SIZE[hashAlg]), k);
    }
  }
}

/**
 * The message that was encrypted to a key. Refuses with SIZE what is not as long as the modulus,
 * and with VALUE what was not encrypted so. Part 3, 14.3 TPM2_RSA_Decrypt
 */
export function rsaDecrypt(
  key: RsaKey,
  scheme: TpmtRsaDecrypt,
  label: Uint8Array,
  cipherText: Uint8Array,
): Uint8Array {
  const modulus = key.publicArea.unique;
  if (cipherText.length !== modulus.length) refuse('SIZE');
  if (!isBelow(cipherText, modulus)) refuse('VALUE');
  const em = rsaPrivateRaw(rsaPrivateOf(key), cipherText);
  switch (scheme.scheme) {
    case 'NULL':
      return em;
    case 'RSAES':
      return rsaesUnpad(em) ?? refuse('VALUE');
    case 'OAEP':
      return oaepUnpad(scheme.hashAlg, label, em) ?? refuse('VALUE');
  }
}
