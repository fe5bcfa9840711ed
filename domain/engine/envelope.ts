import { fromBase64, toBase64 } from '../crypto/base64.ts';
import { openGcm, sealGcm } from '../crypto/sealing.ts';
import { concat } from '../structures/octets.ts';
import { decodeBody, encodeBody } from './body.ts';
import { GENESIS, link, splitLink, withLink } from './chain.ts';
import { StoreError, type NewEvent, type RecordedEvent } from './eventStore.ts';

/** How far a stream is known: its version and the link of its last event. */
export type Head = { readonly version: number; readonly link: string };

/** The head of a stream without events. */
export const NO_EVENTS: Head = { version: 0, link: GENESIS };

/** A fact with its type, before it is put into words. */
export type Fact = { readonly type: string };

/** What the first event of a stream says of keys: see Keys in journal.ts. */
export type KeyNotes = { readonly key?: string; readonly parentKey?: string };

/** The metadata of an event. */
export type Metadata = KeyNotes & {
  /** The version of the shape of events. */
  readonly format: number;
  /** When it was decided: the platform's clock, ms since the epoch. */
  readonly atMs: number;
  /** How many events were appended with it, on the first of them. */
  readonly of?: number;
  /** The Secrets of the body, sealed. */
  readonly sealed?: string;
  /** The request and what surrounded its decision, sealed, on the first event of a batch. */
  readonly circumstances?: string;
  readonly link: string;
};

/** The shape of events that this version writes; it reads this and earlier ones. */
export const FORMAT = 1;
const NONCE_SIZE = 12;
const text = new TextEncoder();

/** The key that seals a stream's Secrets, and where nonces come from. */
export type Sealer = {
  readonly key: Uint8Array;
  readonly draw: (count: number) => Uint8Array;
};

/** Seals octets for one place in one stream: base64 of nonce, ciphertext and tag. */
export function seal(sealer: Sealer, place: string, plain: Uint8Array): string {
  const nonce = sealer.draw(NONCE_SIZE);
  return toBase64(concat(nonce, sealGcm(sealer.key, nonce, text.encode(place), plain)));
}

/** The octets that were sealed for this place, or null when they were not, or not with this key. */
export function unseal(key: Uint8Array, place: string, sealed: string): Uint8Array | null {
  const octets = fromBase64(sealed);
  const nonce = octets.subarray(0, NONCE_SIZE);
  return openGcm(key, nonce, text.encode(place), octets.subarray(NONCE_SIZE));
}

/** A batch of facts to be put into words. */
export type Batch = {
  readonly facts: readonly Fact[];
  readonly atMs: number;
  readonly keys?: KeyNotes;
  /**
   * The circumstances of the decision, to be sealed; null when there is nothing to seal them with.
   */
  readonly circumstances?: unknown;
};

/** The events of a batch, linked to what is before them, and the head after them. */
export function enclose(
  stream: string,
  before: Head,
  batch: Batch,
  sealer: Sealer | null,
  newId: () => string,
): { readonly events: readonly NewEvent[]; readonly head: Head } {
  let head = before;
  const events = batch.facts.map((fact, i) => {
    const version = head.version + 1;
    const { type, ...fields } = fact;
    const body = encodeBody(fields);
    const place = `${stream}/${version}/${type}`;
    const metadata = JSON.stringify({
      format: FORMAT,
      atMs: batch.atMs,
      ...(i === 0 && batch.facts.length > 1 ? { of: batch.facts.length } : {}),
      ...(i === 0 ? batch.keys : {}),
      ...sealedSecrets(body.secrets, place, sealer),
      ...(i === 0 ? sealedCircumstances(batch.circumstances, place, sealer) : {}),
    });
    const event = { id: newId(), type, data: body.text, metadata };
    const value = link(head.link, { ...event, stream, version });
    head = { version, link: value };
    return { ...event, metadata: withLink(metadata, value) };
  });
  return { events, head };
}

function sealedSecrets(
  secrets: readonly Uint8Array[],
  place: string,
  sealer: Sealer | null,
): { readonly sealed?: string } {
  if (secrets.length === 0) return {};
  if (sealer === null) throw new Error(`${place} has secrets and no key to seal them with`);
  return { sealed: seal(sealer, place, concat(...secrets)) };
}

function sealedCircumstances(
  circumstances: unknown,
  place: string,
  sealer: Sealer | null,
): { readonly circumstances?: string } {
  if (circumstances === undefined || sealer === null) return {};
  const body = encodeBody(circumstances);
  const plain = text.encode(body.text);
  return { circumstances: seal(sealer, `${place}/circumstances`, plain) };
}

/** The circumstances of a batch, when its first event holds them and the key opens them. */
export function openCircumstances(event: RecordedEvent, key: Uint8Array): unknown {
  const { circumstances } = metadataOf(event);
  if (circumstances === undefined) return null;
  const place = `${event.stream}/${event.version}/${event.type}/circumstances`;
  const plain = unseal(key, place, circumstances);
  return plain === null ? null : decodeBody(new TextDecoder().decode(plain), null);
}

/** The metadata of an event. Throws `damaged` when it is none, `too-new` for a later format. */
export function metadataOf(event: RecordedEvent): Metadata {
  let metadata: Metadata;
  try {
    metadata = JSON.parse(event.metadata) as Metadata;
  } catch {
    throw damaged(event, 'its metadata is not JSON');
  }
  if (metadata.format > FORMAT) {
    throw new StoreError('too-new', `${where(event)} was written by a later version of Stemma.`);
  }
  return metadata;
}

/**
 * The fact of an event. With a key its Secrets are opened, without one they show as zeros. Throws
 * `damaged` when the octets are not what was sealed for this place.
 */
export function disclose(event: RecordedEvent, key: Uint8Array | null): Fact {
  const sealed = sealedPart(event);
  try {
    const secrets = key === null ? null : openSecrets(event, key, sealed);
    const fields = decodeBody(event.data, secrets) as object;
    return { type: event.type, ...fields };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw damaged(event, 'its body cannot be read');
  }
}

/** Metadata of this format begins like this, since `enclose` writes it so. */
const OWN_FORMAT = `{"format":${FORMAT},`;

/** The sealed Secrets of an event. Most have none: their metadata need not be parsed to know. */
function sealedPart(event: RecordedEvent): string | undefined {
  const { metadata } = event;
  const isPlain = metadata.startsWith(OWN_FORMAT) && !metadata.includes('"sealed"');
  return isPlain ? undefined : metadataOf(event).sealed;
}

function openSecrets(
  event: RecordedEvent,
  key: Uint8Array,
  sealed: string | undefined,
): Uint8Array {
  if (sealed === undefined) return new Uint8Array(0);
  const place = `${event.stream}/${event.version}/${event.type}`;
  return unseal(key, place, sealed) ?? refuseSealed(event);
}

function refuseSealed(event: RecordedEvent): never {
  throw damaged(event, 'its sealed part does not open with the key of its stream');
}

/** The head after an event; throws `damaged` when it does not continue from the head before it. */
export function follows(before: Head, event: RecordedEvent): Head {
  if (event.version !== before.version + 1) throw damaged(event, 'an event before it is missing');
  const split = splitLink(event.metadata);
  if (split === null) throw damaged(event, 'it has no link');
  const expected = link(before.link, { ...event, metadata: split.metadata });
  if (expected !== split.link) throw damaged(event, 'its link does not fit its octets');
  return { version: event.version, link: split.link };
}

/** The error of an event that is not as it was written. */
export function damaged(event: RecordedEvent, why: string): StoreError {
  return new StoreError('damaged', `${where(event)} is damaged: ${why}.`);
}

function where({ stream, version, type }: RecordedEvent): string {
  return `Event ${version} (${type}) of stream ${stream}`;
}
