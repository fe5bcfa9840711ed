import { Worker } from 'node:worker_threads';
import type { KeyRequest, RsaPrimes } from '../../domain/commands/circumstances.ts';
import type { KeyFactory } from '../../domain/engine/ports.ts';
import { Secret } from '../../domain/structures/secret.ts';
import type { PrimesMade, PrimesWanted } from './rsaWorker.ts';

/** How many random keys of a kind are kept ready once that kind was asked for. */
const STOCK = 3;
/** Keys with another exponent are rare, and no guest shall fill the stock with their kinds. */
const USUAL_EXPONENT = 65537;
const WORKERS = 2;
const OWN_FILE = import.meta.url.endsWith('.ts') ? './rsaWorker.ts' : './rsaWorker.js';

type Waiting = {
  readonly resolve: (primes: RsaPrimes) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Makes RSA primes in worker threads, so that one tenant's key delays nobody. A small stock of
 * random keys is kept ready; a key of the stock is given away once.
 */
export class RsaKeyFactory implements KeyFactory {
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #stock = new Map<string, RsaPrimes[]>();
  readonly #underWay = new Map<string, number>();
  #next = 0;
  #isClosed = false;

  take(request: KeyRequest): RsaPrimes | null {
    if (request.kind === 'derived' || request.exponent !== USUAL_EXPONENT) return null;
    const kind = kindOf(request);
    const primes = this.#stock.get(kind)?.pop() ?? null;
    this.#refill(request, kind);
    return primes;
  }

  make(request: KeyRequest, signal?: AbortSignal): Promise<RsaPrimes> {
    if (signal?.aborted === true) return Promise.reject(new Error('nobody waits for the key'));
    const made = this.#ask(request);
    if (signal === undefined) return made;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        reject(new Error('nobody waits for the key any more'));
      };
      signal.addEventListener('abort', stop, { once: true });
      made.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', stop);
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(new Error('the key factory is closed'));
    this.#waiting.clear();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #refill(request: KeyRequest, kind: string): void {
    const stock = this.#stock.get(kind) ?? [];
    this.#stock.set(kind, stock);
    const underWay = this.#underWay.get(kind) ?? 0;
    for (let i = stock.length + underWay; i < STOCK; i += 1) {
      this.#underWay.set(kind, (this.#underWay.get(kind) ?? 0) + 1);
      this.#ask(request)
        .then((primes) => stock.push(primes))
        .catch(() => undefined)
        .finally(() => this.#underWay.set(kind, (this.#underWay.get(kind) ?? 1) - 1));
    }
  }

  #ask(request: KeyRequest): Promise<RsaPrimes> {
    if (this.#isClosed) return Promise.reject(new Error('the key factory is closed'));
    const id = this.#next;
    this.#next += 1;
    const derivation =
      request.kind === 'random'
        ? null
        : { seed: request.seed.octets, label: request.label, context: request.context };
    const { bits, exponent } = request;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker(id).postMessage({ id, bits, exponent, derivation } satisfies PrimesWanted);
    });
  }

  #worker(id: number): Worker {
    const slot = id % WORKERS;
    const existing = this.#workers[slot];
    if (existing !== undefined) return existing;
    const worker = new Worker(new URL(OWN_FILE, import.meta.url));
    worker.unref();
    worker.on('message', ({ id: made, p, q }: PrimesMade) => {
      this.#waiting.get(made)?.resolve({ p: new Secret(p), q: new Secret(q) });
      this.#waiting.delete(made);
    });
    worker.on('error', (error: unknown) => {
      this.#fail(slot, error instanceof Error ? error : new Error(String(error)));
    });
    this.#workers[slot] = worker;
    return worker;
  }

  /** A worker that died takes its own requests with it; the next request gets a new worker. */
  #fail(slot: number, error: Error): void {
    Reflect.deleteProperty(this.#workers, slot);
    for (const [id, { reject }] of this.#waiting) {
      if (id % WORKERS !== slot) continue;
      this.#waiting.delete(id);
      reject(error);
    }
  }
}

function kindOf({ bits, exponent }: KeyRequest): string {
  return `${bits}/${exponent}`;
}
