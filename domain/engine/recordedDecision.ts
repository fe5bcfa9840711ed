import type { Circumstances, RsaPrimes } from '../commands/circumstances.ts';
import { concat } from '../structures/octets.ts';
import { Secret } from '../structures/secret.ts';

/** A request and what its decision took of its circumstances, as the log keeps it, sealed. */
export type RecordedDecision = {
  /** Null for what was no command. */
  readonly request: Uint8Array | null;
  readonly locality: number;
  /** All octets that were drawn, one draw after the other. */
  readonly entropy: Uint8Array;
  readonly primes: readonly { readonly p: Uint8Array; readonly q: Uint8Array }[];
};

/** Circumstances that take note of what a decision takes of them. */
export class NotedCircumstances implements Circumstances {
  readonly nowMs: number;
  readonly locality: number;
  readonly #from: Circumstances;
  readonly #drawn: Uint8Array[] = [];
  readonly #primes: RsaPrimes[] = [];

  constructor(from: Circumstances) {
    this.nowMs = from.nowMs;
    this.locality = from.locality;
    this.#from = from;
  }

  readonly entropy: Circumstances['entropy'] = (count) => {
    const octets = this.#from.entropy(count);
    this.#drawn.push(octets);
    return octets;
  };

  readonly rsaPrimes: Circumstances['rsaPrimes'] = (wanted) => {
    const primes = this.#from.rsaPrimes(wanted);
    this.#primes.push(primes);
    return primes;
  };

  note(request: Uint8Array | null): RecordedDecision {
    const primes = this.#primes.map(({ p, q }) => ({ p: p.octets, q: q.octets }));
    return { request, locality: this.locality, entropy: concat(...this.#drawn), primes };
  }
}

/** The same circumstances once more, for deciding again; throws when more is wanted of them. */
export function recalledCircumstances(
  { locality, entropy, primes }: RecordedDecision,
  nowMs: number,
): Circumstances {
  let drawn = 0;
  let used = 0;
  return {
    nowMs,
    locality,
    entropy: (count) => {
      const octets = entropy.slice(drawn, drawn + count);
      drawn += count;
      return octets.length === count ? octets : refuseMore();
    },
    rsaPrimes: () => {
      const { p, q } = primes[used] ?? refuseMore();
      used += 1;
      return { p: new Secret(p), q: new Secret(q) };
    },
  };
}

function refuseMore(): never {
  throw new Error('the decision wants more than it took when it was recorded');
}
