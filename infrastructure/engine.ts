import { setImmediate } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { BlobCache } from '../domain/engine/blobCache.ts';
import type { EventStore } from '../domain/engine/eventStore.ts';
import { MachineLog } from '../domain/engine/machineLog.ts';
import { Orchestrator } from '../domain/engine/orchestrator.ts';
import type { KeyRing, PlatformClock } from '../domain/engine/ports.ts';
import { Registry } from '../domain/engine/registry.ts';
import type { SeatPorts } from '../domain/engine/seat.ts';
import { RsaKeyFactory } from './keys/rsaKeyFactory.ts';
import { SystemEntropy } from './systemEntropy.ts';

/** What an engine is put together from. */
export type EngineParts = {
  readonly store: EventStore;
  readonly blobs: BlobCache;
  readonly keyRing: KeyRing;
  readonly report: (error: unknown) => void;
  readonly clock?: PlatformClock;
  /** How many TPMs stay in memory. */
  readonly seatsMax?: number;
};

/** An engine that runs: its ports, its orchestration commands, and how to end it. */
export type Engine = {
  readonly ports: SeatPorts;
  readonly orchestrator: Orchestrator;
  readonly registry: Registry;
  readonly machines: MachineLog;
  /** Keeps mementos, ends the workers; the store is closed by whoever opened it. */
  readonly close: () => Promise<void>;
};

const SEATS_MAX = 4096;

/** Puts an engine together. */
export function startEngine(parts: EngineParts): Engine {
  const keyFactory = new RsaKeyFactory();
  const ports: SeatPorts = {
    store: parts.store,
    blobs: parts.blobs,
    keyRing: parts.keyRing,
    report: parts.report,
    clock: parts.clock ?? { nowMs: () => Date.now() },
    entropy: new SystemEntropy(),
    keyFactory,
    newId: randomUUID,
    rest: () => setImmediate(),
  };
  const registry = new Registry(ports, parts.seatsMax ?? SEATS_MAX);
  const machines = new MachineLog(ports);
  const orchestrator = new Orchestrator(ports, registry, machines);
  return {
    ports,
    registry,
    machines,
    orchestrator,
    close: async () => {
      await registry.close();
      await keyFactory.close();
    },
  };
}
