import type { KeyRequest, RsaPrimes } from '../../domain/commands/circumstances.ts';
import type { KeyFactory } from '../../domain/engine/ports.ts';
import { RsaWorkers } from './rsaWorkers.ts';

/** How many random keys of a kind are kept ready once that kind was asked for. */
const STOCK = 3;
/** Keys with another exponent are rare, and no guest shall fill the stock with their kinds. */
const USUAL_EXPONENT = 65537;

/**
 * Makes RSA primes in worker threads, so that one tenant's key delays nobody. A small stock of
 * random keys is kept ready; a key of the stock is given away once.
 */
export class RsaKeyFactory implements KeyFactory {
  readonly #workers = new RsaWorkers();
  readonly #stock = new Map<string, RsaPrimes[]>();
  readonly #underWay = new Map<string, number>();

  take(request: KeyRequest): RsaPrimes | null {
    if (request.kind === 'derived' || request.exponent !== USUAL_EXPONENT) return null;
    const kind = kindOf(request);
    const primes = this.#stock.get(kind)?.pop() ?? null;
    this.#refill(request, kind);
    return primes;
  }

  make(request: KeyRequest, signal?: AbortSignal): Promise<RsaPrimes> {
    if (signal?.aborted === true) return Promise.reject(new Error('nobody waits for the key'));
    return this.#workers.make(request, 'awaited', signal);
  }

  close(): Promise<void> {
    return this.#workers.close();
  }

  #refill(request: KeyRequest, kind: string): void {
    const stock = this.#stock.get(kind) ?? [];
    this.#stock.set(kind, stock);
    const underWay = this.#underWay.get(kind) ?? 0;
    for (let i = stock.length + underWay; i < STOCK; i += 1) {
      this.#underWay.set(kind, (this.#underWay.get(kind) ?? 0) + 1);
      this.#workers
        .make(request, 'stock')
        .then((primes) => stock.push(primes))
        .catch(() => undefined)
        .finally(() => this.#underWay.set(kind, (this.#underWay.get(kind) ?? 1) - 1));
    }
  }
}

function kindOf({ bits, exponent }: KeyRequest): string {
  return `${bits}/${exponent}`;
}
