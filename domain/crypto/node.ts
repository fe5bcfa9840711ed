import { Buffer } from 'node:buffer';
import {
  checkPrimeSync,
  constants,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generatePrimeSync,
  hash,
  privateDecrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

/** A private key in the keeping of Node.js; prints nothing of itself. */
export type NodePrivateKey = KeyObject;

/** A key of a cipher in the keeping of Node.js; prints nothing of itself. */
export type NodeSecretKey = KeyObject;

/** A public key in the form that Node.js works with. */
export type NodePublicKey = KeyObject;

/** The digest of one run of octets under OpenSSL's name of the hash algorithm. */
export function nodeDigest(name: string, data: Uint8Array): Uint8Array {
  return fromBinary(hash(name, data, 'binary'));
}

/** The digest of a text in UTF-8, in hexadecimal, under OpenSSL's name of the hash algorithm. */
export function nodeDigestOfText(name: string, text: string): string {
  return hash(name, text, 'hex');
}

/** The digest of several runs of octets, one after the other, without joining them. */
export function nodeDigestOfParts(name: string, parts: readonly Uint8Array[]): Uint8Array {
  const running = createHash(name);
  for (const part of parts) running.update(part);
  return fromBinary(running.digest('binary'));
}

/** The HMAC of several runs of octets under OpenSSL's name of the hash algorithm. */
export function nodeHmac(name: string, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const running = createHmac(name, createSecretKey(key));
  for (const part of parts) running.update(part);
  return fromBinary(running.digest('binary'));
}

/** True when both hold the same octets, in a time that does not depend on them. Equal lengths. */
export function nodeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(a, b);
}

/** Encrypts with an OpenSSL cipher, no padding: block modes take whole blocks. */
export function nodeEncrypt(
  cipher: string,
  key: Uint8Array,
  iv: Uint8Array | null,
  data: Uint8Array,
): Uint8Array {
  const running = createCipheriv(cipher, createSecretKey(key), iv);
  running.setAutoPadding(false);
  const encrypted = running.update(data);
  running.final();
  return plain(encrypted);
}

/** Decrypts with an OpenSSL cipher, no padding: block modes take whole blocks. */
export function nodeDecrypt(
  cipher: string,
  key: Uint8Array,
  iv: Uint8Array | null,
  data: Uint8Array,
): Uint8Array {
  const running = createDecipheriv(cipher, createSecretKey(key), iv);
  running.setAutoPadding(false);
  const decrypted = running.update(data);
  running.final();
  return plain(decrypted);
}

/** A key of a cipher, to be used many times. */
export function nodeSecretKey(octets: Uint8Array): NodeSecretKey {
  return createSecretKey(octets);
}

/** AES-256-GCM: the ciphertext with its tag of 16 octets behind it. */
export function nodeSealGcm(
  key: NodeSecretKey,
  nonce: Uint8Array,
  aad: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const running = createCipheriv('aes-256-gcm', key, nonce);
  running.setAAD(aad);
  const sealed = new Uint8Array(data.length + 16);
  sealed.set(running.update(data));
  running.final();
  sealed.set(running.getAuthTag(), data.length);
  return sealed;
}

/** The plaintext of ciphertext with a tag of 16 octets behind it, or null when the tag is wrong. */
export function nodeOpenGcm(
  key: NodeSecretKey,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const running = createDecipheriv('aes-256-gcm', key, nonce, {
    authTagLength: 16,
  });
  running.setAAD(aad);
  running.setAuthTag(sealed.subarray(sealed.length - 16));
  const opened = running.update(sealed.subarray(0, sealed.length - 16));
  try {
    running.final();
  } catch {
    opened.fill(0);
    return null;
  }
  return plain(opened);
}

/** The uncompressed public point (04, x, y) of a scalar from 1 to n - 1. */
export function nodeEcPublic(curve: string, scalar: Uint8Array): Uint8Array {
  const pair = createECDH(curve);
  pair.setPrivateKey(scalar);
  return plain(pair.getPublicKey());
}

/** The x-coordinate of the product of a private key in PKCS#8 and a public key. */
export function nodeEcShared(pkcs8: Uint8Array, publicKey: NodePublicKey): Uint8Array {
  return plain(diffieHellman({ privateKey: nodePrivateKey(pkcs8), publicKey }));
}

/** A public key from its SubjectPublicKeyInfo in DER. Throws for a point that is on no curve. */
export function nodePublicKey(spki: Uint8Array): NodePublicKey {
  return createPublicKey({ key: asBuffer(spki), format: 'der', type: 'spki' });
}

/** A private key from its PKCS#8 form in DER. Throws when Node.js cannot make sense of it. */
export function nodePrivateKey(pkcs8: Uint8Array): NodePrivateKey {
  return createPrivateKey({ key: asBuffer(pkcs8), format: 'der', type: 'pkcs8' });
}

/** The SubjectPublicKeyInfo, in DER, of a private key in PKCS#8: OpenSSL makes the public key. */
export function nodePublicOfPrivate(pkcs8: Uint8Array): Uint8Array {
  const publicKey = createPublicKey(nodePrivateKey(pkcs8));
  return plain(publicKey.export({ format: 'der', type: 'spki' }));
}

/** The RSA private operation without padding; OpenSSL blinds it and checks its own result. */
export function nodeRsaPrivate(key: NodePrivateKey, input: Uint8Array): Uint8Array {
  return plain(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, input));
}

/** Whether a number is prime, by OpenSSL's Miller-Rabin rounds (64 up to 2048 bits). */
export function nodeIsPrime(candidate: Uint8Array): boolean {
  return checkPrimeSync(candidate);
}

/** A random prime of exactly this many bits, its two highest bits set, from OpenSSL's DRBG. */
export function nodeRandomPrime(bits: number): Uint8Array {
  return new Uint8Array(generatePrimeSync(bits));
}

// A string and a short array are an order of magnitude cheaper than a Buffer of their own.
function fromBinary(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < octets.length; i += 1) octets[i] = text.charCodeAt(i);
  return octets;
}

/** Base64 of octets, in native code. */
export function nodeToBase64(octets: Uint8Array): string {
  return asBuffer(octets).toString('base64');
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

// What lies in a pool of Node.js is copied: a view would keep the pool, and show its neighbours.
function plain(octets: Uint8Array): Uint8Array {
  return octets.byteLength === octets.buffer.byteLength
    ? new Uint8Array(octets.buffer)
    : new Uint8Array(octets);
}
