import type { Position, RecordedEvent as StoredEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../../../domain/engine/eventStore.ts';
import { textsOf } from './eventText.ts';

/** What the names of our streams begin with at the server, which others may use as well. */
export const SERVER_PREFIX = 'stemma.';
/** What a server that does not know an event's position says. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

/** The server's name of a stream. */
export function serverStream(stream: string): string {
  return SERVER_PREFIX + stream;
}

/** An event of the server as the port shows it. */
export function recorded(event: StoredEvent): RecordedEvent {
  const { id, type, streamId, revision, position } = event;
  const stream = streamId.startsWith(SERVER_PREFIX)
    ? streamId.slice(SERVER_PREFIX.length)
    : streamId;
  const { data, metadata } = textsOf(event);
  const version = Number(revision) + 1;
  return { id, type, data, metadata, stream, version, position: positionText(position) };
}

function positionText(position: Position | undefined): string {
  if (position === undefined || position.commit === UNKNOWN) return '';
  return `${position.commit}/${position.prepare}`;
}

/** The place in the server's log that a position's text names. */
export function positionOf(text: string): Position {
  const [, commit, prepare] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (commit === undefined || prepare === undefined) {
    throw new Error(`${JSON.stringify(text)} is no position in this event store`);
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
