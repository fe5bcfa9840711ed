import { concat } from '../structures/octets.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { nodeDigest, nodeDigestOfParts, nodeDigestOfText, nodeHmac } from './node.ts';

/** Below this many octets joining parts costs less than a running hash. */
const JOINED_SIZE_MAX = 4096;

const OPENSSL_NAME: Readonly<Record<HashAlg, string>> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};

/** The digest of the parts, one after the other. FIPS 180-4 Secure Hash Standard */
export function digest(alg: HashAlg, ...parts: readonly Uint8Array[]): Uint8Array {
  const name = OPENSSL_NAME[alg];
  if (parts.length === 1) return nodeDigest(name, parts[0]!);
  let size = 0;
  for (const part of parts) size += part.length;
  return size > JOINED_SIZE_MAX
    ? nodeDigestOfParts(name, parts)
    : nodeDigest(name, concat(...parts));
}

/** The digest of a text in UTF-8, in lower-case hexadecimal digits. */
export function digestOfText(alg: HashAlg, text: string): string {
  return nodeDigestOfText(OPENSSL_NAME[alg], text);
}

/** The HMAC of the parts, one after the other. FIPS 198-1 HMAC */
export function hmac(alg: HashAlg, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  return nodeHmac(OPENSSL_NAME[alg], key, parts);
}
