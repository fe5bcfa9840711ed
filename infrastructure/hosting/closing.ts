/** What was opened, to be closed in the opposite order. */
export class Closing {
  readonly #steps: (() => void | Promise<void>)[] = [];

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  /** Closes everything, whatever fails on the way; the first error comes out at the end. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  /** Closes everything after something else has failed, which is what matters then. */
  async afterFailure(): Promise<void> {
    await this.run().catch(() => undefined);
  }
}
