import { openStore } from '../../infrastructure/store/openStore.ts';
import { startEventStoreDb } from '../support/eventStoreDb.ts';
import { eventStoreContract } from './eventStore.contract.ts';

const stated = process.env['STEMMA_TEST_ESDB'];

eventStoreContract({
  name: 'eventstoredb',
  isDurable: true,
  place: async () => {
    const server = await startEventStoreDb();
    return { open: () => openStore(server.url), end: server.close };
  },
});

if (stated !== undefined) {
  eventStoreContract({
    name: 'eventstoredb, a real server',
    isDurable: true,
    place: async () => ({ open: () => openStore(stated), end: async () => undefined }),
  });
}
