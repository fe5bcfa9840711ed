import { randomFillSync } from 'node:crypto';
import type { Entropy } from '../domain/engine/ports.ts';

const POOL_SIZE = 4096;

/**
 * The operating system's randomness. Small draws come from a pool that is filled in one call; what
 * was given out is overwritten in the pool.
 */
export class SystemEntropy implements Entropy {
  readonly #pool = new Uint8Array(POOL_SIZE);
  #at = POOL_SIZE;

  draw(count: number): Uint8Array {
    if (count > POOL_SIZE) return randomFillSync(new Uint8Array(count));
    if (this.#at + count > POOL_SIZE) {
      randomFillSync(this.#pool);
      this.#at = 0;
    }
    const drawn = this.#pool.slice(this.#at, this.#at + count);
    this.#pool.fill(0, this.#at, this.#at + count);
    this.#at += count;
    return drawn;
  }
}
