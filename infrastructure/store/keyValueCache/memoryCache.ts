import type { BlobCache } from '../../../domain/engine/blobCache.ts';

/** A cache that is forgotten with the process. */
export function memoryCache(): BlobCache {
  const blobs = new Map<string, Uint8Array>();
  return {
    get: (key) => Promise.resolve(blobs.get(key) ?? null),
    put: (key, octets) => {
      blobs.set(key, octets);
      return Promise.resolve();
    },
    delete: (key) => {
      blobs.delete(key);
      return Promise.resolve();
    },
    close: () => {
      blobs.clear();
      return Promise.resolve();
    },
  };
}
