import type { Checkpoint, SavedView, ViewStore } from '../../../projections/projection.ts';
import { AskedThread } from '../askedThread.ts';
import type { KeptAnswer } from './viewDatabase.ts';
import type { Asked, ViewOptions } from './viewWorker.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './viewWorker.ts' : './viewWorker.js';

/**
 * A ViewDatabase in a thread of its own: a fleet's views take longer to write than anybody should
 * wait for. Everything rejects with SQLite's error when it cannot be done.
 */
export class Views implements ViewStore {
  readonly #thread: AskedThread<Asked>;

  private constructor(thread: AskedThread<Asked>) {
    this.#thread = thread;
  }

  /** Opens the file, as `ViewDatabase.open` does. */
  static async open(file: string, store: string): Promise<Views> {
    const options: ViewOptions = { file, store };
    const thread = new AskedThread<Asked>(new URL(OWN_FILE, import.meta.url), options);
    await thread.opened;
    return new Views(thread);
  }

  async load(names: readonly string[]) {
    return (await this.#thread.ask({ kind: 'load', names })) as Awaited<
      ReturnType<ViewStore['load']>
    >;
  }

  async save(checkpoint: Checkpoint, views: readonly SavedView[]): Promise<void> {
    await this.#thread.ask({ kind: 'save', checkpoint, views });
  }

  async clear(): Promise<void> {
    await this.#thread.ask({ kind: 'clear' });
  }

  /** The answer that was given to a write with this key, or null. */
  async answer(key: string): Promise<KeptAnswer | null> {
    return (await this.#thread.ask({ kind: 'answer', key })) as KeptAnswer | null;
  }

  /** Keeps the answer to a write; the first one stays. */
  async keepAnswer(key: string, answer: KeptAnswer): Promise<void> {
    await this.#thread.ask({ kind: 'keepAnswer', key, answer });
  }

  close(): Promise<void> {
    return this.#thread.close({ kind: 'close' });
  }
}
