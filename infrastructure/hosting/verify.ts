import { setImmediate } from 'node:timers/promises';
import { disclose } from '../../domain/engine/envelope.ts';
import { StoreError, type EventStore } from '../../domain/engine/eventStore.ts';
import { openHeads, type SignedHead } from '../../domain/engine/heads.ts';
import { stretchesOf } from '../../domain/engine/history.ts';
import { tpmStream } from '../../domain/engine/incarnation.ts';
import { machineStream } from '../../domain/engine/machineLog.ts';
import { verifyAll, verifyStream, type Verdict } from '../../domain/engine/verification.ts';
import type { MachineEvent } from '../../domain/machines/machine.ts';
import { Refusal } from '../../domain/machines/refusal.ts';

/** What is to be verified: the streams of one machine, or null for all there are. */
export type VerifyRequest = {
  readonly machine: string | null;
  readonly heads: readonly SignedHead[];
};

/** Verifies stream by stream. Refuses with `not-found` when there is no such machine. */
export async function* verify(store: EventStore, request: VerifyRequest): AsyncGenerator<Verdict> {
  const ports = { store, rest: () => setImmediate() };
  const { machine, heads } = request;
  if (machine === null) {
    yield* verifyAll(ports, heads);
    return;
  }
  if ((await store.last(machineStream(machine))) === null && !isExpected(machine, heads)) {
    throw new Refusal('not-found', `There is no machine ${machine}.`, 'name');
  }
  for await (const stream of streamsOf(store, machine)) {
    yield typeof stream === 'string' ? await verifyStream(ports, stream, heads) : stream;
  }
}

function isExpected(machine: string, heads: readonly SignedHead[]): boolean {
  return heads.some(({ stream }) => stream === machineStream(machine));
}

/** The streams that a machine's history lies in, or what is wrong with finding them. */
async function* streamsOf(store: EventStore, machine: string): AsyncGenerator<string | Verdict> {
  yield machineStream(machine);
  const seen = new Set<string>();
  for (const incarnation of await incarnationsOf(store, machine)) {
    try {
      for (const stretch of await stretchesOf(store, incarnation)) {
        if (seen.has(stretch.incarnation)) continue;
        seen.add(stretch.incarnation);
        yield tpmStream(stretch.incarnation);
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      yield { stream: tpmStream(incarnation), events: 0, problem: error.message };
    }
    if (seen.has(incarnation)) continue;
    const stream = tpmStream(incarnation);
    yield { stream, events: 0, problem: `Stream ${stream} of machine ${machine} is missing.` };
  }
}

/** The incarnations that a machine runs and ran, as far as its stream can be read. */
async function incarnationsOf(store: EventStore, machine: string): Promise<readonly string[]> {
  const incarnations: string[] = [];
  try {
    for await (const event of store.read(machineStream(machine))) {
      const fact = disclose(event, null) as MachineEvent;
      if (fact.type !== 'MachineCreated' && fact.type !== 'MachineRolledBack') continue;
      if (fact.incarnation !== null) incarnations.push(fact.incarnation);
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error; // the verdict on the stream itself says it
  }
  return incarnations;
}

/** The heads of a signed note, refused as `invalid` when it is none; a null note has none. */
export function headsOf(note: string | null, trusted: Uint8Array | null): readonly SignedHead[] {
  if (note === null) return [];
  try {
    return openHeads(note, trusted).heads;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'They cannot be read.';
    throw new Refusal('invalid', `heads: ${why}`, 'heads');
  }
}
