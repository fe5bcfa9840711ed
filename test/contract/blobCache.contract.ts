import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobCache } from '../../domain/engine/blobCache.ts';

export type CachePlace = { readonly open: () => BlobCache; readonly end: () => void };

/** What the comments of the port promise, tried on one adapter. */
export function blobCacheContract(name: string, place: () => CachePlace): void {
  describe(`${name} as a cache`, () => {
    let here: CachePlace;
    let cache: BlobCache;

    beforeEach(() => {
      here = place();
      cache = here.open();
    });
    afterEach(async () => {
      await cache.close();
      here.end();
    });

    test('gives what was put, octet for octet, until it is replaced or deleted', async () => {
      const octets = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) & 0xff);
      expect(await cache.get('a')).toBeNull();
      await cache.put('a', octets);
      await cache.put('b', new Uint8Array(0));
      expect(await cache.get('a')).toEqual(octets);
      expect(await cache.get('b')).toEqual(new Uint8Array(0));
      await cache.put('a', octets.subarray(5, 9));
      expect(await cache.get('a')).toEqual(octets.slice(5, 9));
      await cache.delete('a');
      await cache.delete('none');
      expect(await cache.get('a')).toBeNull();
      expect(await cache.get('b')).not.toBeNull();
    });

    test('does not see what is done to octets after they were put or given', async () => {
      const octets = Uint8Array.of(1, 2, 3);
      await cache.put('a', octets);
      octets.fill(9);
      const given = await cache.get('a');
      given?.fill(8);
      expect(await cache.get('a')).toEqual(Uint8Array.of(1, 2, 3));
    });

    test('answers in order when much is asked at once', async () => {
      const puts = Array.from({ length: 50 }, (_, i) => cache.put('a', Uint8Array.of(i)));
      const last = cache.get('a');
      await Promise.all(puts);
      expect(await last).toEqual(Uint8Array.of(49));
    });

    test('is empty and takes nothing after it is closed, and never throws', async () => {
      await cache.put('a', Uint8Array.of(1));
      await cache.close();
      await cache.close();
      await cache.put('a', Uint8Array.of(2));
      await cache.delete('a');
      expect(await cache.get('a')).toBeNull();
    });
  });
}
