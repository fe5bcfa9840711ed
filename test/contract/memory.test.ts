import { MemoryStore } from '../../infrastructure/store/memory/memoryStore.ts';
import { eventStoreContract } from './eventStore.contract.ts';

eventStoreContract({
  name: 'memory',
  isDurable: false,
  place: async () => ({ open: async () => new MemoryStore(), end: async () => undefined }),
});
