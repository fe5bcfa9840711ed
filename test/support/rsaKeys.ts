import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { kdfSource } from '../../domain/crypto/drbg.ts';
import { modularInverse, toInteger, toOctets } from '../../domain/crypto/integers.ts';
import { rsaPrimesFrom, type RsaKeyBits } from '../../domain/crypto/primes.ts';
import { rsaModulus } from '../../domain/crypto/rsa.ts';
import { ascii, EMPTY } from '../../domain/structures/octets.ts';

/** The numbers of an RSA key. */
export type RsaNumbers = Readonly<{ n: Uint8Array; e: number; p: Uint8Array; q: Uint8Array }>;

/** The RSA key that a name stands for, always the same one. */
export function rsaNumbers(name: string, bits: RsaKeyBits = 2048, e = 65537): RsaNumbers {
  const { p, q } = rsaPrimesFrom(kdfSource(ascii(name), 'TEST', EMPTY), bits, e);
  return { n: rsaModulus(p, q), e, p, q };
}

/** The same key in the hands of Node.js, its numbers worked out in another way than ours. */
export function nodeRsaPair({ n, e, p, q }: RsaNumbers): {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
} {
  const [prime, other] = [toInteger(p), toInteger(q)];
  const d = modularInverse(BigInt(e), (prime - 1n) * (other - 1n))!;
  const numbers = {
    n: toInteger(n),
    e: BigInt(e),
    d,
    p: prime,
    q: other,
    dp: d % (prime - 1n),
    dq: d % (other - 1n),
    qi: modularInverse(other, prime)!,
  };
  const jwk = Object.fromEntries(
    Object.entries(numbers).map(([key, value]) => [key, encoded(value)]),
  );
  const privateKey = createPrivateKey({ key: { kty: 'RSA', ...jwk }, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function encoded(value: bigint): string {
  const size = Math.ceil(value.toString(16).length / 2);
  return Buffer.from(toOctets(value, size)).toString('base64url');
}
