import { fromBase64, toBase64 } from '../crypto/base64.ts';
import { openGcm, sealGcm, type SealingKey } from '../crypto/sealing.ts';
import { EMPTY, concat } from '../structures/octets.ts';
import { decodeBody, encodeBody } from './body.ts';
import { GENESIS, link, splitLink, withLink } from './chain.ts';
import { StoreError, type NewEvent, type RecordedEvent } from './eventStore.ts';
import type { RecordedDecision } from './recordedDecision.ts';

/** How far a stream is known: its version and the link of its last event. */
export type Head = { readonly version: number; readonly link: string };

/** The head of a stream without events. */
export const NO_EVENTS: Head = { version: 0, link: GENESIS };

/** A fact with its type, before it is put into words. */
export type Fact = { readonly type: string };

/**
 * What the first event of a stream says of keys: the key of the stream as the key ring wrapped it,
 * and for a fork its parent's, sealed under its own. Both in base64.
 */
export type KeyNotes = { readonly key?: string; readonly parentKey?: string };

/** The metadata of an event. */
export type Metadata = KeyNotes & {
  /** The version of the shape of events. */
  readonly format: number;
  /** When it was decided: the platform's clock, ms since the epoch. */
  readonly atMs: number;
  /** How many events were appended with it, on the first of them. */
  readonly of?: number;
  /** Sealed: the Secrets of the body and, on the first event of a batch, the decision. */
  readonly sealed?: string;
  /** How many octets at the end of `sealed` are the decision. */
  readonly decision?: number;
  readonly link: string;
};

/** The shape of events that this version writes; it reads this and earlier ones. */
export const FORMAT = 1;
const NONCE_SIZE = 12;
const text = new TextEncoder();

/** The key that seals a stream's Secrets, and where nonces come from. */
export type Sealer = {
  readonly key: SealingKey;
  readonly draw: (count: number) => Uint8Array;
};

/** Seals octets for one place in one stream: base64 of nonce, ciphertext and tag. */
export function seal(sealer: Sealer, place: string, plain: Uint8Array): string {
  const nonce = sealer.draw(NONCE_SIZE);
  return toBase64(concat(nonce, sealGcm(sealer.key, nonce, text.encode(place), plain)));
}

/** The octets that were sealed for this place, or null when they were not, or not with this key. */
export function unseal(key: SealingKey, place: string, sealed: string): Uint8Array | null {
  const octets = fromBase64(sealed);
  const nonce = octets.subarray(0, NONCE_SIZE);
  return openGcm(key, nonce, text.encode(place), octets.subarray(NONCE_SIZE));
}

/** A batch of facts to be put into words. */
export type Batch = {
  readonly facts: readonly Fact[];
  readonly atMs: number;
  readonly keys?: KeyNotes;
  /** The decision that they came of, to be sealed; none for what nobody will decide again. */
  readonly decision?: RecordedDecision | null;
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
      ...sealedPart(body.secrets, i === 0 ? (batch.decision ?? null) : null, place, sealer),
    });
    const event = { id: newId(), type, data: body.text, metadata };
    const value = link(head.link, { ...event, stream, version });
    head = { version, link: value };
    return { ...event, metadata: withLink(metadata, value) };
  });
  return { events, head };
}

/** One sealing for all of an event: each has its cost. */
function sealedPart(
  secrets: readonly Uint8Array[],
  decision: RecordedDecision | null,
  place: string,
  sealer: Sealer | null,
): Pick<Metadata, 'sealed' | 'decision'> {
  if (sealer === null) {
    if (secrets.length === 0) return {};
    throw new Error(`${place} has secrets and no key to seal them with`);
  }
  if (decision === null) {
    return secrets.length === 0 ? {} : { sealed: seal(sealer, place, concat(...secrets)) };
  }
  const behind = text.encode(encodeBody(decision).text);
  const sealed = seal(sealer, place, concat(...secrets, behind));
  return { sealed, decision: behind.length };
}

/** The decision that a batch came of, as its first event keeps it; null where none is kept. */
export function decisionOf(event: RecordedEvent, key: SealingKey): RecordedDecision | null {
  const { decision = 0 } = metadataOf(event);
  if (decision === 0) return null;
  const plain = openSealed(event, key);
  const behind = plain.subarray(plain.length - decision);
  return decodeBody(new TextDecoder().decode(behind), null) as RecordedDecision;
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
export function disclose(event: RecordedEvent, key: SealingKey | null): Fact {
  if (!event.metadata.startsWith(OWN_FORMAT)) metadataOf(event);
  try {
    const secrets = key === null ? null : openSecrets(event, key);
    const fields = decodeBody(event.data, secrets) as object;
    return { type: event.type, ...fields };
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw damaged(event, 'its body cannot be read');
  }
}

/** Metadata of this format begins like this, since `enclose` writes it so. */
const OWN_FORMAT = `{"format":${FORMAT},`;
/** A body with Secrets has this in it: see `encodeBody`. */
const SECRET_BEGIN = '"s:';

/** The Secrets of an event. Most have none: nothing need be opened to know. */
function openSecrets(event: RecordedEvent, key: SealingKey): Uint8Array {
  if (!event.data.includes(SECRET_BEGIN)) return EMPTY;
  const plain = openSealed(event, key);
  return plain.subarray(0, plain.length - (metadataOf(event).decision ?? 0));
}

function openSealed(event: RecordedEvent, key: SealingKey): Uint8Array {
  const { sealed } = metadataOf(event);
  if (sealed === undefined) return EMPTY;
  return (
    unseal(key, `${event.stream}/${event.version}/${event.type}`, sealed) ?? refuseSealed(event)
  );
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
