import { parentPort, workerData } from 'node:worker_threads';
import type { Checkpoint, SavedView } from '../../../projections/projection.ts';
import { OPENED, failure, type Answer, type Question } from '../askedThread.ts';
import { ViewDatabase, type KeptAnswer } from './viewDatabase.ts';

/** What the thread can be asked: what a ViewDatabase can do. */
export type Asked =
  | { readonly kind: 'load'; readonly names: readonly string[] }
  | { readonly kind: 'save'; readonly checkpoint: Checkpoint; readonly views: readonly SavedView[] }
  | { readonly kind: 'answer'; readonly key: string }
  | { readonly kind: 'keepAnswer'; readonly key: string; readonly answer: KeptAnswer }
  | { readonly kind: 'clear' | 'close' };

/** What the thread is started with. */
export type ViewOptions = { readonly file: string; readonly store: string };

function work(database: ViewDatabase, asked: Asked): unknown {
  switch (asked.kind) {
    case 'load':
      return database.load(asked.names);
    case 'save':
      database.save(asked.checkpoint, asked.views);
      return null;
    case 'answer':
      return database.answer(asked.key);
    case 'keepAnswer':
      database.keepAnswer(asked.key, asked.answer);
      return null;
    case 'clear':
      database.clear();
      return null;
    case 'close':
      database.close();
      return null;
  }
}

function serve({ file, store }: ViewOptions): void {
  const database = ViewDatabase.open(file, store);
  parentPort?.on('message', ({ id, asked }: Question<Asked>) => {
    try {
      parentPort?.postMessage({ id, value: work(database, asked) } satisfies Answer);
    } catch (error) {
      parentPort?.postMessage(failure(id, error));
    }
  });
  parentPort?.postMessage({ id: OPENED } satisfies Answer);
}

try {
  serve(workerData as ViewOptions);
} catch (error) {
  parentPort?.postMessage(failure(OPENED, error));
}
