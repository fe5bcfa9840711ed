import { join } from 'node:path';
import type { BlobCache } from '../../domain/engine/blobCache.ts';
import type { EventStore } from '../../domain/engine/eventStore.ts';
import type { KeyRing } from '../../domain/engine/ports.ts';
import type { Seat } from '../../domain/engine/seat.ts';
import type { ProfileName } from '../../domain/tpm/profile.ts';
import { startEngine, type Engine } from '../engine.ts';
import { Closing } from '../hosting/closing.ts';
import { holdFolder } from '../hosting/dataFolder.ts';
import { memoryKeyRing, openFileKeyRing } from '../keys/fileKeyRing.ts';
import { openEndpoint } from '../reception/endpoint.ts';
import { memoryCache } from '../store/keyValueCache/memoryCache.ts';
import { openSqliteCache } from '../store/keyValueCache/sqliteCache.ts';
import { openStore } from '../store/openStore.ts';

/** How a simulator is started. */
export type SimulatorOptions = {
  readonly listen: string;
  readonly protocol: 'swtpm' | 'mssim';
  /** Where the TPM is kept; in memory when there is no folder. */
  readonly data?: string;
  readonly profile: ProfileName;
  readonly report: (error: unknown) => void;
};

/** A simulator that runs: where it listens, when a client ended it, and how to end it. */
export type Simulator = {
  readonly listen: string;
  readonly controlListen: string;
  readonly ended: Promise<void>;
  readonly close: () => Promise<void>;
};

/** The one machine of a simulator. */
const NAME = 'simulator';

type Parts = {
  readonly store: EventStore;
  readonly blobs: BlobCache;
  readonly keyRing: KeyRing;
};

/** One TPM for one's own tests: powered on, at one endpoint, with no engine to set up. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const closing = new Closing();
  try {
    return await startWith(options, closing);
  } catch (error) {
    await closing.afterFailure();
    throw error;
  }
}

async function startWith(options: SimulatorOptions, closing: Closing): Promise<Simulator> {
  const parts = await openParts(options.data, closing);
  const engine = startEngine({ ...parts, report: options.report });
  closing.add(engine.close);
  const seat = await simulatedTpm(engine, options.profile);
  await seat.signal({ type: 'Init' });
  closing.add(async () => {
    await seat.signal({ type: 'PowerOff' });
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  const { listen, protocol } = options;
  const onShutdown = (): void => {
    end(undefined);
  };
  const endpoint = await openEndpoint({ listen, protocol, port: seat, onShutdown });
  closing.add(() => endpoint.close());
  const { controlListen } = endpoint;
  return { listen: endpoint.listen, controlListen, ended, close: () => closing.run() };
}

async function openParts(data: string | undefined, closing: Closing): Promise<Parts> {
  if (data !== undefined) closing.add(holdFolder(data).release);
  const url = data === undefined ? 'memory:' : `sqlite:${join(data, 'stemma.db')}`;
  const store = await openStore(url);
  closing.add(() => store.close());
  const blobs = data === undefined ? memoryCache() : openSqliteCache(join(data, 'mementos.db'));
  closing.add(() => blobs.close());
  const keyRing = data === undefined ? memoryKeyRing() : await openFileKeyRing(data);
  return { store, blobs, keyRing };
}

async function simulatedTpm(engine: Engine, profile: ProfileName): Promise<Seat> {
  const known = await engine.machines.find(NAME);
  const machine = known ?? (await engine.orchestrator.create({ name: NAME, profile }));
  const seat = await engine.orchestrator.seatOf(machine);
  if (seat === null) throw new Error('the machine of a simulator has a TPM');
  return seat;
}
