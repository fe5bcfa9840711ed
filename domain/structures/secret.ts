/**
 * Octets that must not be seen: an authorization value, a seed, a private key, sealed data.
 *
 * A Secret prints as its size only, wherever it ends up: in a template string, in JSON, in a log
 * line or in a debugger. Whoever needs the octets says so with `.octets`. Events carry Secrets, and
 * the log encrypts exactly these. The octets are owned by the Secret and never changed.
 */
export class Secret {
  readonly #octets: Uint8Array;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** The octets in the clear; not to be kept, changed or printed. */
  get octets(): Uint8Array {
    return this.#octets;
  }

  get length(): number {
    return this.#octets.length;
  }

  toString(): string {
    return `‹secret, ${this.#octets.length} octets›`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Wraps a copy of `octets`, which may be a view of a request's buffer. */
export function secret(octets: Uint8Array): Secret {
  return new Secret(octets.slice());
}

/** The Secret of no octets: the EmptyAuth of Part 1. */
export const EMPTY_SECRET = new Secret(new Uint8Array(0));
