import { fork, type ChildProcess } from 'node:child_process';
import { EngineClient } from '../infrastructure/cli/engineClient.ts';
import { ended, endsWithUs } from './servers.ts';
import type { Answer, Asked, Delays, Memory } from './watchedEngine.ts';

const PROGRAM = new URL('./watchedEngine.js', import.meta.url);

/** An engine in a process of its own that tells of its memory and its event loop. */
export class Watched {
  readonly api: EngineClient;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, data: string) {
    this.#child = child;
    this.api = new EngineClient(data);
  }

  /** Starts the engine of a data folder, which must be there. */
  static async start(data: string): Promise<Watched> {
    const child = fork(PROGRAM, [data], { execArgv: ['--expose-gc'] });
    endsWithUs(child);
    const watched = new Watched(child, data);
    await watched.#answer();
    return watched;
  }

  memory(): Promise<Memory> {
    return this.#ask({ kind: 'memory' });
  }

  /** How long its event loop was held, and an idle one beside it, since it was asked last. */
  delay(): Promise<Delays> {
    return this.#ask({ kind: 'delay' });
  }

  async do(asked: Asked): Promise<void> {
    await this.#ask(asked);
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    await ended(this.#child);
  }

  async #ask<T>(asked: Asked): Promise<T> {
    this.#child.send(asked);
    return this.#answer();
  }

  /** The next message; rejects when the engine ends first. */
  #answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const answered = ({ value, error }: Answer): void => {
        this.#child.off('exit', gone);
        if (error === undefined) resolve(value as T);
        else reject(new Error(error));
      };
      const gone = (): void => {
        this.#child.off('message', answered);
        reject(new Error('the engine ended'));
      };
      this.#child.once('message', answered);
      this.#child.once('exit', gone);
    });
  }
}
