import { fromBase64 } from '../crypto/base64.ts';
import { sealingKey, type SealingKey } from '../crypto/sealing.ts';
import { evolve, isTpmEventType, type TpmEvent } from '../tpm/evolve.ts';
import { manufacture } from '../tpm/lineageFacts.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { BlobCache } from './blobCache.ts';
import { splitLink } from './chain.ts';
import {
  NO_EVENTS,
  damaged,
  disclose,
  follows,
  metadataOf,
  unseal,
  type Head,
} from './envelope.ts';
import { StoreError, type EventStore, type RecordedEvent } from './eventStore.ts';
import { recallMemento } from './memento.ts';
import type { KeyRing } from './ports.ts';
import { strangerIn } from './vocabulary.ts';

/** The stream of an incarnation. */
export function tpmStream(incarnation: string): string {
  return `tpm-${incarnation}`;
}

/** The incarnation of a TPM's stream, or null for another stream. */
export function incarnationOf(stream: string): string | null {
  return stream.startsWith('tpm-') ? stream.slice(4) : null;
}

/** What loading needs: `rest` lets others have the event loop for a moment. */
export type LoadPorts = {
  readonly store: EventStore;
  readonly blobs: BlobCache;
  readonly keyRing: KeyRing;
  readonly rest: () => Promise<void>;
};

/** A TPM as the log has it: its state, how far it was read, and the key of its stream. */
export type Loaded = {
  readonly tpm: Tpm;
  readonly head: Head;
  readonly key: Uint8Array;
  /** The key as the first event has it, wrapped. */
  readonly wrappedKey: string;
};

/** How many events are folded before others get the event loop. */
const EVENTS_BEFORE_REST = 64;

/**
 * The TPM at the end of its log, or at `version`: from its memento where there is one, else from
 * the beginning, through its parents for a fork. Every link on the way is checked.
 *
 * Throws StoreError: `damaged` names the first bad event. Null when there is no such incarnation.
 */
export async function loadIncarnation(
  ports: LoadPorts,
  incarnation: string,
  version: number | null = null,
): Promise<Loaded | null> {
  const recalled = await recallMemento(ports.blobs, ports.keyRing, incarnation);
  const isUsable = recalled !== null && (version === null || recalled.head.version <= version);
  if (isUsable && (await isInLog(ports.store, incarnation, recalled.head))) {
    return replay(ports, incarnation, recalled, version);
  }
  const first = await firstEvent(ports.store, incarnation);
  if (first === null) return null;
  return replay(ports, incarnation, await begin(ports, incarnation, first), version);
}

/** A memento may be of a future that the log, put back from an older copy, does not hold. */
async function isInLog(
  store: EventStore,
  incarnation: string,
  { version, link }: Head,
): Promise<boolean> {
  for await (const event of store.read(tpmStream(incarnation), version, version)) {
    return splitLink(event.metadata)?.link === link;
  }
  return false;
}

async function firstEvent(store: EventStore, incarnation: string): Promise<RecordedEvent | null> {
  for await (const event of store.read(tpmStream(incarnation), 1, 1)) return event;
  return null;
}

/** The TPM after the first event of its stream: made, or forked from its parent. */
async function begin(ports: LoadPorts, incarnation: string, first: RecordedEvent): Promise<Loaded> {
  const { key: wrappedKey } = metadataOf(first);
  if (wrappedKey === undefined) throw damaged(first, 'it says nothing of the key of its stream');
  const key = await ports.keyRing.unwrap(fromBase64(wrappedKey), `tpm/${incarnation}`);
  if (key === null) throw damaged(first, 'the key ring does not hold the key of its stream');
  const fact = tpmEvent(first, sealingKey(key));
  switch (fact.type) {
    case 'TpmManufactured': {
      const head = follows(NO_EVENTS, first);
      return { tpm: manufacture(fact), head, key, wrappedKey };
    }
    case 'TpmForked': {
      const parent = await loadParent(ports, first, fact.parent, fact.parentVersion);
      if (parent.head.link !== fact.parentLink)
        throw damaged(first, 'its parent has another history');
      const head = follows({ version: 0, link: fact.parentLink }, first);
      return { tpm: evolve(parent.tpm, fact), head, key, wrappedKey };
    }
    default:
      throw damaged(first, 'a TPM does not begin like this');
  }
}

async function loadParent(
  ports: LoadPorts,
  first: RecordedEvent,
  parent: string,
  version: number,
): Promise<Loaded> {
  const loaded = await loadIncarnation(ports, parent, version);
  if (loaded?.head.version !== version)
    throw damaged(first, 'the history it forked from is missing');
  return loaded;
}

/** Goes on from a point of a stream, up to `version` or the end. */
export async function replay(
  ports: LoadPorts,
  incarnation: string,
  from: Loaded,
  version: number | null,
): Promise<Loaded> {
  let { tpm, head } = from;
  if (version !== null && head.version >= version) return from;
  const to = version ?? undefined;
  const key = sealingKey(from.key);
  let count = 0;
  for await (const event of ports.store.read(tpmStream(incarnation), head.version + 1, to)) {
    head = follows(head, event);
    tpm = evolve(tpm, tpmEvent(event, key));
    count += 1;
    if (count % EVENTS_BEFORE_REST === 0) await ports.rest();
  }
  return { ...from, tpm, head };
}

/**
 * The fact of a recorded event of a TPM; `too-new` for a type that this version does not know, or
 * one that names a command or an algorithm that it does not.
 */
export function tpmEvent(event: RecordedEvent, key: SealingKey | null): TpmEvent {
  const { stream, version, type } = event;
  const where = `Event ${version} of stream ${stream}`;
  if (!isTpmEventType(type)) throw unknown(`${where} is a ${type}`);
  const stranger = strangerIn(event);
  if (stranger !== null) throw unknown(`${where} (${type}) names ${stranger}`);
  return disclose(event, key) as TpmEvent;
}

function unknown(what: string): StoreError {
  const why = 'which this version does not know';
  return new StoreError('too-new', `${what}, ${why}: the TPM can be looked at, but not run.`);
}

/** The data key of a parent's stream, which a fork keeps sealed under its own. */
export function parentKeyOf(first: RecordedEvent, key: SealingKey): Uint8Array | null {
  const { parentKey } = metadataOf(first);
  if (parentKey === undefined) return null;
  return unseal(key, `${first.stream}/parentKey`, parentKey);
}
