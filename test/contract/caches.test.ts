import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { openSqliteCache } from '../../infrastructure/store/keyValueCache/sqliteCache.ts';
import { blobCacheContract } from './blobCache.contract.ts';

blobCacheContract('memory', () => ({ open: memoryCache, end: () => undefined }));

blobCacheContract('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-'));
  return {
    open: () => openSqliteCache(join(folder, 'cache.db')),
    end: () => rmSync(folder, { recursive: true }),
  };
});
