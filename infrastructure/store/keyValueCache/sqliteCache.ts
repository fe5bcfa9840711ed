import { Worker } from 'node:worker_threads';
import type { BlobCache } from '../../../domain/engine/blobCache.ts';
import type { CacheAnswer, CacheOptions, CacheRequest } from './cacheWorker.ts';

const OWN_FILE = import.meta.url.endsWith('.ts') ? './cacheWorker.ts' : './cacheWorker.js';
/** How many octets are kept; the oldest blobs go first. */
const OCTETS_MAX = 1_000_000_000;

type Asked = CacheRequest extends infer R
  ? R extends CacheRequest
    ? Omit<R, 'id'>
    : never
  : never;

/**
 * A cache in an SQLite file of its own, in a thread of its own. A file that is damaged or of
 * another program is thrown away and begun anew; where none can be written the cache is always
 * empty.
 */
export function openSqliteCache(file: string, octetsMax = OCTETS_MAX): BlobCache {
  const workerData: CacheOptions = { file, octetsMax };
  const worker = new Worker(new URL(OWN_FILE, import.meta.url), { workerData });
  const waiting = new Map<number, (octets: Uint8Array | null) => void>();
  let next = 1;
  let closing: Promise<void> | null = null;
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  };
  worker.on('message', ({ id, octets }: CacheAnswer) => {
    waiting.get(id)?.(octets);
    waiting.delete(id);
  });
  worker.on('error', end).on('exit', end);
  const ask = (asked: Asked): Promise<Uint8Array | null> => {
    if (hasEnded || (closing !== null && asked.kind !== 'close')) return Promise.resolve(null);
    const id = next;
    next += 1;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ ...asked, id });
    });
  };
  const close = async (): Promise<void> => {
    await ask({ kind: 'close', key: '' });
    await worker.terminate();
  };
  return {
    get: (key) => ask({ kind: 'get', key }),
    put: async (key, octets) => {
      await ask({ kind: 'put', key, octets });
    },
    delete: async (key) => {
      await ask({ kind: 'delete', key });
    },
    close: () => (closing ??= close()),
  };
}
