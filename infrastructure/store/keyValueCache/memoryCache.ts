import type { BlobCache } from '../../../domain/engine/blobCache.ts';

/** A cache that is forgotten with the process. */
export function memoryCache(): BlobCache {
  const blobs = new Map<string, Uint8Array>();
  let isClosed = false;
  return {
    get: (key) => Promise.resolve(blobs.get(key)?.slice() ?? null),
    put: (key, octets) => {
      if (!isClosed) blobs.set(key, octets.slice());
      return Promise.resolve();
    },
    delete: (key) => {
      blobs.delete(key);
      return Promise.resolve();
    },
    close: () => {
      isClosed = true;
      blobs.clear();
      return Promise.resolve();
    },
  };
}
