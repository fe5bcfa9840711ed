import { openStore } from '../../infrastructure/store/openStore.ts';
import { startEventStoreDb } from '../support/eventStoreDb.ts';
import { eventStoreContract } from './eventStore.contract.ts';

eventStoreContract({
  name: 'eventstoredb',
  isDurable: true,
  place: async () => {
    const server = await startEventStoreDb();
    return { open: () => openStore(server.url), end: server.close };
  },
});
