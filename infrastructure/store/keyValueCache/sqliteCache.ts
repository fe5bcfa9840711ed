import type { BlobCache } from '../../../domain/engine/blobCache.ts';
import { AskedThread } from '../askedThread.ts';
import type { CacheAsked, CacheOptions } from './cacheWorker.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './cacheWorker.ts' : './cacheWorker.js';
/** How many octets are kept; the oldest blobs go first. */
const OCTETS_MAX = 1_000_000_000;

/**
 * A cache in an SQLite file of its own, in a thread of its own. A file that is damaged or of
 * another program is thrown away and begun anew; where none can be written the cache is always
 * empty.
 */
export function openSqliteCache(file: string, octetsMax = OCTETS_MAX): BlobCache {
  const options: CacheOptions = { file, octetsMax };
  const thread = new AskedThread<CacheAsked>(new URL(OWN_FILE, import.meta.url), options);
  thread.opened.catch(() => undefined);
  let closing: Promise<void> | null = null;
  const ask = async (asked: CacheAsked): Promise<Uint8Array | null> => {
    if (closing !== null) return null;
    return (await thread.ask(asked).catch(() => null)) as Uint8Array | null;
  };
  return {
    get: (key) => ask({ kind: 'get', key }),
    put: async (key, octets) => {
      await ask({ kind: 'put', key, octets });
    },
    delete: async (key) => {
      await ask({ kind: 'delete', key });
    },
    close: () => (closing ??= thread.close({ kind: 'close' })),
  };
}
