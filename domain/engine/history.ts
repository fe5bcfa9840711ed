import { disclose, metadataOf, type Fact } from './envelope.ts';
import type { EventStore, RecordedEvent } from './eventStore.ts';
import { isTpmEventType, type TpmEvent } from '../tpm/evolve.ts';
import { tpmStream } from './incarnation.ts';

/**
 * An event in the history of a TPM. `version` counts through all ancestors: a fork at version n
 * goes on with n + 1. Secrets show as their sizes.
 */
export type HistoryEntry = {
  readonly version: number;
  readonly incarnation: string;
  readonly streamVersion: number;
  readonly atMs: number;
  readonly fact: Fact;
  readonly link: string;
};

/** A piece of a history: the events of one stream up to a version of that stream. */
export type Stretch = {
  readonly incarnation: string;
  /** How many events of the history come before this stream's first. */
  readonly inherited: number;
  /** The last version of the stream that belongs to the history; null: all there are. */
  readonly until: number | null;
};

/** The first event of an incarnation's stream, or null when there is none. */
export async function firstOf(
  store: EventStore,
  incarnation: string,
): Promise<RecordedEvent | null> {
  for await (const event of store.read(tpmStream(incarnation), 1, 1)) return event;
  return null;
}

/** The stretches of a history, from the original TPM on: history(parent, up to the fork) ++ own. */
export async function stretchesOf(
  store: EventStore,
  incarnation: string,
): Promise<readonly Stretch[]> {
  const stretches: Stretch[] = [];
  let next: string | null = incarnation;
  let until: number | null = null;
  while (next !== null) {
    const first = await firstOf(store, next);
    if (first === null) break;
    const fact: TpmEvent | null = isTpmEventType(first.type)
      ? (disclose(first, null) as TpmEvent)
      : null;
    const fork = fact?.type === 'TpmForked' ? fact : null;
    stretches.unshift({ incarnation: next, inherited: fork?.inheritedVersions ?? 0, until });
    next = fork?.parent ?? null;
    until = fork?.parentVersion ?? null;
  }
  return stretches;
}

/** The history of an incarnation from one version to another, both included. */
export async function* history(
  store: EventStore,
  incarnation: string,
  from = 1,
  to = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<HistoryEntry> {
  for (const stretch of await stretchesOf(store, incarnation)) {
    const { inherited } = stretch;
    const last = Math.min(stretch.until ?? Number.MAX_SAFE_INTEGER, to - inherited);
    const first = Math.max(1, from - inherited);
    if (last < first) continue;
    for await (const event of store.read(tpmStream(stretch.incarnation), first, last)) {
      yield entryOf(event, stretch);
    }
  }
}

function entryOf(event: RecordedEvent, { incarnation, inherited }: Stretch): HistoryEntry {
  const { atMs, link } = metadataOf(event);
  return {
    version: inherited + event.version,
    incarnation,
    streamVersion: event.version,
    atMs,
    fact: disclose(event, null),
    link,
  };
}

/** Where a version of a history lies: in which stream, at which of its versions. */
export async function locate(
  store: EventStore,
  incarnation: string,
  version: number,
): Promise<{ readonly incarnation: string; readonly version: number } | null> {
  const stretches = await stretchesOf(store, incarnation);
  const stretch = stretches.find(({ inherited, until }) => {
    const isAfterStart = version > inherited;
    return isAfterStart && (until === null || version - inherited <= until);
  });
  if (stretch === undefined) return null;
  return { incarnation: stretch.incarnation, version: version - stretch.inherited };
}
