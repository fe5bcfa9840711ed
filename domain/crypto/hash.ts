import type { HashAlg } from '../structures/hashAlg.ts';
import { createHash, createHmac, hash } from './node.ts';

const NODE_NAME: Readonly<Record<HashAlg, string>> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
};

function plain(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

/** The digest of all parts, one after the other. Part 1, 11.4.2 Hash Functions */
export function digest(alg: HashAlg, ...parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) {
    return plain(hash(NODE_NAME[alg], first, 'buffer'));
  }
  const running = createHash(NODE_NAME[alg]);
  for (const part of parts) running.update(part);
  return plain(running.digest());
}

/** The HMAC of all parts, one after the other. Part 1, 11.4.3 HMAC */
export function hmac(alg: HashAlg, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const running = createHmac(NODE_NAME[alg], key);
  for (const part of parts) running.update(part);
  return plain(running.digest());
}
