import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from '../../infrastructure/store/openStore.ts';
import {
  startEventStoreDbProcess,
  type EventStoreDbProcess,
} from '../support/eventStoreDbProcess.ts';
import { eventStoreContract } from './eventStore.contract.ts';

const stated = process.env['STEMMA_TEST_ESDB'];
const folder = mkdtempSync(join(tmpdir(), 'stemma-'));
let server: EventStoreDbProcess;

beforeAll(async () => {
  server = await startEventStoreDbProcess({ file: join(folder, 'log') });
});
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true });
});

eventStoreContract({
  name: 'eventstoredb',
  isDurable: true,
  place: async () => ({ open: () => openStore(server.url), end: async () => undefined }),
});

if (stated !== undefined) {
  eventStoreContract({
    name: 'eventstoredb, a real server',
    isDurable: true,
    place: async () => ({ open: () => openStore(stated), end: async () => undefined }),
  });
}
