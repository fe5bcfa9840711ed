import type { Appended, Conflict, EventStore, NewEvent } from '../domain/engine/eventStore.ts';
import type { BlobCache } from '../domain/engine/blobCache.ts';
import type { KeyRing } from '../domain/engine/ports.ts';
import { startEngine, type Engine } from '../infrastructure/engine.ts';
import * as tpm from './commands.ts';

/** What an engine keeps things in. */
export type Kept = {
  readonly store: EventStore;
  readonly blobs: BlobCache;
  readonly keyRing: KeyRing;
};

const COUNTER = 0x01800001;
const NO_AUTH = new Uint8Array(0);
const TOGETHER = 400;

/** An engine that throws what it would report. */
export function engineOf(kept: Kept): Engine {
  return startEngine({
    ...kept,
    report: (error) => {
      throw error;
    },
  });
}

/**
 * Makes a machine whose TPM has at least so many events behind it, by PCR_Extend and, every fifth
 * time, NV_Increment: decided, sealed and linked one by one as always. Only the disk is not waited
 * for each time.
 */
export async function makeHistory(kept: Kept, name: string, events: number): Promise<void> {
  const store = new HurriedStore(kept.store);
  const engine = engineOf({ ...kept, store });
  await engine.orchestrator.create({ name });
  await engine.orchestrator.power(name, 'on');
  const seat = await engine.orchestrator.seatOf(await engine.machines.get(name));
  if (seat === null) throw new Error(`${name} has no TPM`);
  const extensions = Array.from({ length: 256 }, (_, octet) => tpm.pcrExtend(octet));
  const increment = tpm.nvIncrement(COUNTER);
  await seat.execute(tpm.STARTUP, 0);
  await seat.execute(tpm.nvDefine(COUNTER, true, NO_AUTH), 0);
  const { head } = await seat.capture();
  for (let made = head.version; made < events; made += 1) {
    const request = made % 5 === 4 ? increment : extensions[made & 0xff];
    if (request !== undefined) await seat.execute(request, 0);
  }
  await engine.close();
  await store.flush();
}

/** A store that answers at once and writes many appends to a stream as one, later. */
class HurriedStore implements EventStore {
  readonly #store: EventStore;
  readonly #versions = new Map<string, number>();
  readonly #waiting = new Map<string, NewEvent[]>();
  #written: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  async append(
    stream: string,
    expected: number,
    events: readonly NewEvent[],
  ): Promise<Appended | Conflict> {
    const known = this.#versions.get(stream) ?? 0;
    if (known !== expected) return { kind: 'conflict', version: known };
    const version = expected + events.length;
    this.#versions.set(stream, version);
    const waiting = this.#waiting.get(stream) ?? [];
    waiting.push(...events);
    this.#waiting.set(stream, waiting);
    this.#count += events.length;
    if (this.#count >= TOGETHER) await this.#write();
    return { kind: 'appended', version };
  }

  /** Waits for the group before, so that no more than two are in memory. */
  async #write(): Promise<void> {
    const groups = [...this.#waiting];
    this.#waiting.clear();
    this.#count = 0;
    const before = this.#written;
    const appends = groups.map(([stream, events]) => {
      const expected = (this.#versions.get(stream) ?? 0) - events.length;
      return this.#store.append(stream, expected, events);
    });
    this.#written = Promise.all(appends);
    await before;
  }

  async flush(): Promise<void> {
    await this.#write();
    await this.#written;
  }

  async *read(...asked: Parameters<EventStore['read']>) {
    await this.flush();
    yield* this.#store.read(...asked);
  }

  async last(stream: string) {
    await this.flush();
    return this.#store.last(stream);
  }

  follow(...asked: Parameters<EventStore['follow']>) {
    return this.#store.follow(...asked);
  }

  streams(prefix?: string) {
    return this.#store.streams(prefix);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
