import type { EventData, JSONEventData, RecordedEvent as StoredEvent } from '@eventstore/db-client';
import type { NewEvent } from '../../../domain/engine/eventStore.ts';

/** Marks metadata that must not be taken for JSON: the client would give it back rewritten. */
const AS_IT_IS = '\0';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * An event as it is sent. It is JSON for the server and its tools wherever reading it gives the
 * same octets again, which is so for whatever JSON.stringify wrote; otherwise it is octets.
 */
export function toEventData({ id, type, data, metadata }: NewEvent): EventData {
  const bytes = encoder.encode(isStable(metadata) ? metadata : AS_IT_IS + metadata);
  if (isStable(data)) {
    const value = JSON.parse(data) as JSONEventData['data'];
    return { contentType: 'application/json', id, type, data: value, metadata: bytes };
  }
  const contentType = 'application/octet-stream';
  return { contentType, id, type, data: encoder.encode(data), metadata: bytes };
}

/** The texts of an event that was read. */
export function textsOf(event: StoredEvent): { readonly data: string; readonly metadata: string } {
  return {
    data: event.isJson ? JSON.stringify(event.data) : decoder.decode(event.data),
    metadata: metadataOf(event.metadata),
  };
}

function metadataOf(metadata: unknown): string {
  if (metadata === undefined) return '';
  if (!(metadata instanceof Uint8Array)) return JSON.stringify(metadata);
  const text = decoder.decode(metadata);
  return text.startsWith(AS_IT_IS) ? text.slice(AS_IT_IS.length) : text;
}

function isStable(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}
