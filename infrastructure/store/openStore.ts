import { StoreError, type EventStore } from '../../domain/engine/eventStore.ts';
import { MemoryStore } from './memory/memoryStore.ts';
import { openSqliteStore } from './sqlite/sqliteStore.ts';

/** Opens the store that a URL names: `memory:`, `sqlite:FILE` or an EventStoreDB's. */
export async function openStore(
  url: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<EventStore> {
  if (url === 'memory:') return new MemoryStore();
  if (url.startsWith('sqlite:') && url.length > 7) return openSqliteStore(url.slice(7), options);
  if (/^esdb(\+discover)?:\/\//.test(url)) {
    // Only now: its client takes longer to load than all the rest.
    const { openEventStoreDb } = await import('./eventstoredb/eventStoreDbStore.ts');
    return openEventStoreDb(url);
  }
  throw new StoreError(
    'unavailable',
    `The store ${JSON.stringify(url)} is none: expected memory:, sqlite:FILE or esdb://...`,
  );
}
