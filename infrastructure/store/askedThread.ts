import { Worker } from 'node:worker_threads';

/** What a thread is asked, and what it answers; an error is its message and SQLite's code. */
export type Question<Asked> = { readonly id: number; readonly asked: Asked };
export type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly errcode: number };
};

/** What the thread says of its own accord once it is ready, or when it cannot be. */
export const OPENED = 0;

type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};

/** A thread that answers questions, one after the other. */
export class AskedThread<Asked> {
  /** Rejects when the thread cannot do its work. */
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = OPENED;
  #ended: Error | null = null;

  constructor(file: URL, workerData: unknown) {
    this.#worker = new Worker(file, { workerData });
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (error: unknown) => this.#end(asError(error)));
    this.#worker.on('exit', () => this.#end(new Error('the thread has ended')));
    this.opened = this.#expect();
  }

  /** Rejects with what went wrong in the thread, or when it has ended. */
  ask(asked: Asked): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#next;
    const answer = this.#expect();
    this.#worker.postMessage({ id, asked } satisfies Question<Asked>);
    return answer;
  }

  /** Ends the thread once it has answered what it was asked. */
  async close(last: Asked): Promise<void> {
    await this.ask(last).catch(() => undefined); // one that has failed holds nothing any more
    await this.#worker.terminate();
  }

  #expect(): Promise<unknown> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  #settle({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(Object.assign(new Error(error.message), { errcode: error.errcode }));
    if (id === OPENED && error !== undefined) void this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** An answer that says what went wrong. */
export function failure(id: number, error: unknown): Answer {
  const { message, errcode = 0 } = error as Error & { readonly errcode?: number };
  return { id, error: { message, errcode } };
}
