import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../infrastructure/store/sqlite/sqliteStore.ts';
import { eventStoreContract } from './eventStore.contract.ts';

eventStoreContract({
  name: 'sqlite',
  isDurable: true,
  place: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stemma-'));
    return {
      open: () => openSqliteStore(join(folder, 'events.db')),
      end: async () => rmSync(folder, { recursive: true }),
    };
  },
});
