import { Worker } from 'node:worker_threads';
import type { KeyRequest, RsaPrimes } from '../../domain/commands/circumstances.ts';
import { Secret } from '../../domain/structures/secret.ts';
import type { PrimesMade, PrimesWanted } from './rsaWorker.ts';

const WORKERS = 2;
const OWN_FILE = import.meta.url.endsWith('.ts') ? './rsaWorker.ts' : './rsaWorker.js';

/** Whether somebody waits for a key, or it is made for the stock. */
export type Urgency = 'awaited' | 'stock';

type Job = {
  readonly wanted: PrimesWanted;
  readonly urgency: Urgency;
  readonly resolve: (primes: RsaPrimes) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Threads that make RSA primes, a key at a time each. Keys that somebody waits for come first, and
 * what is made for the stock never occupies all threads.
 */
export class RsaWorkers {
  readonly #waiting: Readonly<Record<Urgency, Job[]>> = { awaited: [], stock: [] };
  readonly #free: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  #isClosed = false;

  /** Makes the primes. When the signal aborts before a thread has begun, none does. */
  make(request: KeyRequest, urgency: Urgency, signal?: AbortSignal): Promise<RsaPrimes> {
    if (this.#isClosed) return Promise.reject(new Error('the key factory is closed'));
    return new Promise((resolve, reject) => {
      const job = { wanted: wantedOf(request), urgency, resolve, reject };
      const waiting = this.#waiting[urgency];
      waiting.push(job);
      signal?.addEventListener(
        'abort',
        () => {
          const at = waiting.indexOf(job);
          if (at >= 0) waiting.splice(at, 1);
          reject(new Error('nobody waits for the key any more'));
        },
        { once: true },
      );
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const jobs = [...this.#waiting.awaited, ...this.#waiting.stock, ...this.#busy.values()];
    for (const { reject } of jobs) reject(new Error('the key factory is closed'));
    await Promise.all([...this.#free, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }

  #assign(): void {
    while (!this.#isClosed && (this.#free.length > 0 || this.#busy.size < WORKERS)) {
      const job = this.#next();
      if (job === undefined) return;
      const worker = this.#free.pop() ?? this.#started();
      this.#busy.set(worker, job);
      worker.postMessage(job.wanted);
    }
  }

  #next(): Job | undefined {
    const isStocking = [...this.#busy.values()].some(({ urgency }) => urgency === 'stock');
    return this.#waiting.awaited.shift() ?? (isStocking ? undefined : this.#waiting.stock.shift());
  }

  #started(): Worker {
    const worker = new Worker(new URL(OWN_FILE, import.meta.url));
    worker.unref();
    worker.on('message', ({ p, q }: PrimesMade) => {
      const job = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#free.push(worker);
      job?.resolve({ p: new Secret(p), q: new Secret(q) });
      this.#assign();
    });
    // A thread that died takes its own key with it; the next key gets a new thread.
    worker.on('error', (error: unknown) => {
      const job = this.#busy.get(worker);
      this.#busy.delete(worker);
      job?.reject(error instanceof Error ? error : new Error(String(error)));
      this.#assign();
    });
    return worker;
  }
}

function wantedOf(request: KeyRequest): PrimesWanted {
  const { bits, exponent } = request;
  if (request.kind === 'random') return { bits, exponent, derivation: null };
  const { seed, label, context } = request;
  return { bits, exponent, derivation: { seed: seed.octets, label, context } };
}
