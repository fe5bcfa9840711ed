import { isTpmEventType, type TpmEvent } from '../tpm/evolve.ts';
import { extendRegister } from '../lineage/register.ts';
import { sameOctets } from '../structures/octets.ts';
import { NO_EVENTS, disclose, follows, metadataOf, type Head } from './envelope.ts';
import { StoreError, type EventStore, type RecordedEvent } from './eventStore.ts';
import type { SignedHead } from './heads.ts';
import { incarnationOf } from './incarnation.ts';

/** What a check of a stream found: how many events are right, and the first that is not. */
export type Verdict = {
  readonly stream: string;
  readonly events: number;
  readonly problem: string | null;
};

/** What verification needs: `rest` lets others have the event loop for a moment. */
export type VerifyPorts = { readonly store: EventStore; readonly rest: () => Promise<void> };

const EVENTS_BEFORE_REST = 64;

/**
 * Recomputes every link of a stream from the stored octets, checks where a fork continues from and
 * that lineage registers are what their statements make them, and compares with signed heads.
 */
export async function verifyStream(
  ports: VerifyPorts,
  stream: string,
  heads: readonly SignedHead[] = [],
): Promise<Verdict> {
  const due = heads.filter((head) => head.stream === stream);
  let head: Head | null = null;
  let events = 0;
  try {
    const lineage = new LineageCheck();
    for await (const event of ports.store.read(stream)) {
      head ??= await startOf(ports.store, event);
      head = follows(head, event);
      lineage.check(event);
      checkSigned(due, head);
      events += 1;
      if (events % EVENTS_BEFORE_REST === 0) await ports.rest();
    }
    const missing = due.find(({ version }) => version > events);
    if (missing === undefined) return { stream, events, problem: null };
    const lost = `event ${events + 1} to ${missing.version}`;
    const problem = `Stream ${stream} is cut: ${lost} are missing.`;
    return { stream, events, problem };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { stream, events, problem: error.message };
  }
}

/** Checks every stream of a store, and that no stream of the signed heads is missing. */
export async function* verifyAll(
  ports: VerifyPorts,
  heads: readonly SignedHead[] = [],
): AsyncGenerator<Verdict> {
  const seen = new Set<string>();
  for await (const stream of ports.store.streams()) {
    seen.add(stream);
    yield verifyStream(ports, stream, heads);
  }
  for (const { stream, version } of heads) {
    if (seen.has(stream)) continue;
    yield { stream, events: 0, problem: `Stream ${stream} is missing: it had ${version} events.` };
  }
}

function checkSigned(due: readonly SignedHead[], { version, link }: Head): void {
  const signed = due.find((head) => head.version === version);
  if (signed === undefined || signed.link === link) return;
  const where = `Event ${version} of stream ${signed.stream}`;
  throw new StoreError(
    'damaged',
    `${where} is not the one that was signed: history was rewritten.`,
  );
}

/** The head that a stream's first event continues from: nothing, or its parent's at the fork. */
async function startOf(store: EventStore, first: RecordedEvent): Promise<Head> {
  const fact = factOf(first);
  if (fact?.type !== 'TpmForked') return NO_EVENTS;
  const parent = `tpm-${fact.parent}`;
  for await (const event of store.read(parent, fact.parentVersion, fact.parentVersion)) {
    if (metadataOf(event).link === fact.parentLink) return { version: 0, link: fact.parentLink };
  }
  const where = `Event 1 (TpmForked) of stream ${first.stream}`;
  const what = `event ${fact.parentVersion} of stream ${parent}`;
  throw new StoreError('damaged', `${where} does not continue from ${what} as it is.`);
}

function factOf(event: RecordedEvent): TpmEvent | null {
  if (incarnationOf(event.stream) === null || !isTpmEventType(event.type)) return null;
  return disclose(event, null) as TpmEvent;
}

/** Follows the lineage register of a stream by the statements in its events. */
class LineageCheck {
  #fork: Extract<TpmEvent, { type: 'TpmForked' }> | null = null;

  check(event: RecordedEvent): void {
    const fact = factOf(event);
    if (fact?.type === 'TpmForked') this.#fork = fact;
    if (fact?.type === 'TpmManufactured') this.#checkManufacture(event, fact);
    if (fact?.type === 'LineageExtended') this.#checkExtension(event, fact);
  }

  #checkManufacture(
    event: RecordedEvent,
    fact: Extract<TpmEvent, { type: 'TpmManufactured' }>,
  ): void {
    const register = extendRegister(new Uint8Array(32), {
      lineage: fact.incarnation,
      parent: null,
      parentVersion: 0,
      parentLink: '-',
      incarnation: fact.incarnation,
      reason: 'manufacture',
      counter: 1n,
    });
    if (!sameOctets(register, fact.register)) throw wrongRegister(event);
  }

  #checkExtension(
    event: RecordedEvent,
    fact: Extract<TpmEvent, { type: 'LineageExtended' }>,
  ): void {
    const fork = this.#fork;
    if (fork === null) throw wrongRegister(event);
    const register = extendRegister(fact.before, {
      lineage: fact.lineage,
      parent: fork.parent,
      parentVersion: fork.parentVersion,
      parentLink: fork.parentLink,
      incarnation: fork.incarnation,
      reason: fork.reason,
      counter: fact.counter,
    });
    if (!sameOctets(register, fact.register)) throw wrongRegister(event);
  }
}

function wrongRegister(event: RecordedEvent): StoreError {
  const where = `Event ${event.version} (${event.type}) of stream ${event.stream}`;
  return new StoreError(
    'damaged',
    `${where} has a lineage register that its statement does not give.`,
  );
}
