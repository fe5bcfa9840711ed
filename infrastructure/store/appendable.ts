import { APPEND_OCTETS_MAX, type NewEvent } from '../../domain/engine/eventStore.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Throws an Error when an append is one that no store takes: a mistake of the program. */
export function assertAppendable(
  stream: string,
  expectedVersion: number,
  events: readonly NewEvent[],
): void {
  if (stream === '' || stream.startsWith('$')) {
    throw new Error(`${JSON.stringify(stream)} is not the name of a stream`);
  }
  if (!Number.isSafeInteger(expectedVersion) || expectedVersion < 0) {
    throw new Error(`${expectedVersion} is not a version that a stream can have`);
  }
  if (events.length === 0) throw new Error('an append has at least one event');
  const strange = events.find(({ id }) => !UUID.test(id));
  if (strange !== undefined) throw new Error(`the id ${JSON.stringify(strange.id)} is no UUID`);
  const octets = events.reduce((sum, event) => sum + octetsOf(event), 0);
  if (octets > APPEND_OCTETS_MAX) {
    throw new Error(`an append of ${octets} octets is larger than ${APPEND_OCTETS_MAX}`);
  }
}

function octetsOf({ type, data, metadata }: NewEvent): number {
  return Buffer.byteLength(type) + Buffer.byteLength(data) + Buffer.byteLength(metadata);
}
