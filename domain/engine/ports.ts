import type { KeyRequest, RsaPrimes } from '../commands/circumstances.ts';

/** Fresh randomness, unpredictable to everybody. */
export interface Entropy {
  /** The next `count` octets, in an array of their own. */
  draw(count: number): Uint8Array;
}

/** The platform's clock. */
export interface PlatformClock {
  /** Milliseconds since the epoch. May jump; the engine never lets a TPM see it go back. */
  nowMs(): number;
}

/** Keeps the keys that keep everything else. */
export interface KeyRing {
  /** A data key, sealed under the root key of the ring. `purpose` is bound to it. */
  wrap(dataKey: Uint8Array, purpose: string): Promise<Uint8Array>;
  /** The data key, or null when the ring does not hold the key that it was sealed under. */
  unwrap(wrapped: Uint8Array, purpose: string): Promise<Uint8Array | null>;
  /** Signs a head with the log's Ed25519 key. */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** The Ed25519 public key that heads are checked with, 32 octets. */
  publicKey(): Promise<Uint8Array>;
}

/** Makes RSA keys away from the event loop. */
export interface KeyFactory {
  /** A key from stock, if there is one: random keys only. */
  take(request: KeyRequest): RsaPrimes | null;
  /** Makes the key; derived keys are the same every time. Rejects when aborted. */
  make(request: KeyRequest, signal?: AbortSignal): Promise<RsaPrimes>;
}
