import type { Secret } from '../structures/secret.ts';

/** An RSA key that a decision needs, of so many bits and with this public exponent. */
export type KeyRequest =
  /** Any key: drawn at random. */
  | { readonly kind: 'random'; readonly bits: number; readonly exponent: number }
  /** The one key that follows from a seed and a context (a template's Name and data). */
  | {
      readonly kind: 'derived';
      readonly bits: number;
      readonly exponent: number;
      readonly seed: Secret;
      readonly label: string;
      readonly context: Uint8Array;
    };

/** The primes of an RSA key. */
export type RsaPrimes = { readonly p: Secret; readonly q: Secret };

/**
 * Everything around a decision that is not the TPM itself. Together with the request it fixes the
 * decision: the same circumstances give the same events and the same octets.
 */
export type Circumstances = {
  /** The platform's clock, ms since the epoch. */
  readonly nowMs: number;
  /** The locality that the request came from. */
  readonly locality: number;
  /** The next `count` octets of fresh randomness. */
  readonly entropy: (count: number) => Uint8Array;
  /**
   * The primes of a key, made beforehand. Throws KeyWanted when they are not there yet: whoever
   * runs the decision has them made elsewhere and decides again.
   */
  readonly rsaPrimes: (request: KeyRequest) => RsaPrimes;
};

/** The decision cannot go on without this key. Not a refusal: it never reaches the guest. */
export class KeyWanted extends Error {
  readonly request: KeyRequest;

  constructor(request: KeyRequest) {
    super(`an RSA key of ${request.bits} bits is wanted`);
    this.request = request;
  }
}
