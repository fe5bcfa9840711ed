import { fromHex, padLeft } from '../structures/octets.ts';
import { DER_NULL, derInteger, derOctets, derSequence } from './der.ts';
import {
  bitLength,
  modularInverse,
  modularPower,
  modulo,
  toInteger,
  toOctets,
} from './integers.ts';
import { mgf1 } from './kdf.ts';
import { nodePrivateKey, nodeRsaPrivate, type NodePrivateKey } from './node.ts';

/**
 * An RSA private key ready for use: it keeps its numbers to itself. Worth keeping by the caller.
 */
export type RsaPrivate = { readonly size: number; readonly key: NodePrivateKey };

const ZERO = new Uint8Array(1);
/** rsaEncryption, 1.2.840.113549.1.1.1. RFC 8017, A.1 RSA Key Representation */
export const RSA_ENCRYPTION = derSequence(fromHex('06092a864886f70d010101'), DER_NULL);

/** The modulus of two primes, in as many octets as they have together. */
export function rsaModulus(p: Uint8Array, q: Uint8Array): Uint8Array {
  return toOctets(toInteger(p) * toInteger(q), p.length + q.length);
}

/**
 * The private key of a modulus of which one prime factor is known, as a TPM keeps it; `e` is the
 * odd public exponent, 65537 where a structure says 0. Null when the prime does not divide the
 * modulus, or there is no private exponent. Whether p and n / p are prime is not looked at.
 */
export function rsaPrivateFromPrime(n: Uint8Array, p: Uint8Array, e: number): RsaPrivate | null {
  const [modulus, prime] = [toInteger(n), toInteger(p)];
  if (prime < 3n || prime >= modulus || modulus % prime !== 0n) return null;
  const other = modulus / prime;
  const parts = crtParts(prime, other, BigInt(e), p);
  if (parts === null) return null;
  const numbers = [modulus, BigInt(e), parts.d, prime, other, parts.dp, parts.dq, parts.qInverse];
  const encoded = numbers.map((value) => derInteger(shortest(value)));
  const pkcs8 = derSequence(
    derInteger(ZERO),
    RSA_ENCRYPTION,
    derOctets(derSequence(derInteger(ZERO), ...encoded)),
  );
  try {
    return { size: n.length, key: nodePrivateKey(pkcs8) };
  } finally {
    pkcs8.fill(0);
  }
}

/**
 * m to the power of e, as long as n. `m` is as long as n and below it; a caller whose number comes
 * from outside compares first. RFC 8017, 5.1.1 RSAEP, 5.2.2 RSAVP1
 */
export function rsaPublicRaw(n: Uint8Array, e: number, m: Uint8Array): Uint8Array {
  const [modulus, message] = [toInteger(n), toInteger(m)];
  if (m.length !== n.length || message >= modulus) throw new Error('no number below the modulus');
  return toOctets(modularPower(message, BigInt(e), modulus), n.length);
}

/**
 * c to the power of the private exponent, as long as the modulus. `c` is as long as the modulus and
 * below it. RFC 8017, 5.1.2 RSADP, 5.2.1 RSASP1
 */
export function rsaPrivateRaw(key: RsaPrivate, c: Uint8Array): Uint8Array {
  // OpenSSL would take fewer octets for a smaller number, and refuses the others itself.
  if (c.length !== key.size) throw new Error('no number in the octets of the modulus');
  return padLeft(nodeRsaPrivate(key.key, c), key.size);
}

type CrtParts = Readonly<Record<'d' | 'dp' | 'dq' | 'qInverse', bigint>>;

function crtParts(p: bigint, q: bigint, e: bigint, pOctets: Uint8Array): CrtParts | null {
  const d = inverseOfSmall(e, (p - 1n) * (q - 1n));
  // Taking the inverse takes a time of its own for each number: the secret one goes in disguise.
  const mask = (toInteger(mgf1('SHA256', pOctets, pOctets.length)) % (p - 1n)) + 1n;
  const inverse = modularInverse(modulo(q * mask, p), p);
  if (d === null || inverse === null) return null;
  return { d, dp: d % (p - 1n), dq: d % (q - 1n), qInverse: (inverse * mask) % p };
}

// With k such that 1 + k * modulus is a multiple of e, that multiple tells the inverse: only the
// small number e needs the algorithm of Euclid.
function inverseOfSmall(e: bigint, modulus: bigint): bigint | null {
  const inverse = modularInverse(modulus, e);
  return inverse === null ? null : (1n + (e - inverse) * modulus) / e;
}

function shortest(value: bigint): Uint8Array {
  return toOctets(value, Math.ceil(bitLength(value) / 8));
}
