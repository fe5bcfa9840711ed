/**
 * One thing at a time, in the order of asking. Work that is asked for while the turn is free starts
 * at once, in the same tick.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  get isFree(): boolean {
    return !this.#isTaken;
  }

  /** Does the work when its turn has come; gives what it gives. */
  take<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return this.#do(work);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        this.#do(work).then(resolve, reject);
      });
    });
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#isTaken = false;
      else next();
    }
  }
}
