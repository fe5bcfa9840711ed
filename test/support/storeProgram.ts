import { openSqliteStore } from '../../infrastructure/store/sqlite/sqliteStore.ts';
import { newEvent } from './events.ts';

/**
 * A program that appends to one stream of a SQLite file until it is ended, and prints what became
 * of each append: `appended VERSION` or the kind of the error. What fails is sent again.
 */
const [file = ''] = process.argv.slice(2);
const DATA = JSON.stringify('x'.repeat(20_000));
const AGAIN_AFTER_MS = 10;

async function appendForever(): Promise<void> {
  const store = await openSqliteStore(file);
  process.stdout.write('opened\n');
  for (let version = 0, event = newEvent(0, { data: DATA }); ;) {
    try {
      const answer = await store.append('busy', version, [event]);
      version = answer.version;
      event = newEvent(version, { data: DATA });
      process.stdout.write(`${answer.kind} ${version}\n`);
    } catch (error) {
      process.stdout.write(`${(error as { readonly kind?: string }).kind ?? String(error)}\n`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }
}

await appendForever().catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
});
