import type { ReadResp as ReadResponse } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Logged } from './eventLog.ts';

const { Empty, StreamIdentifier, UUID } = shared;
const { ReadResp } = streams;

/** Nothing, as a message. */
export function empty(): InstanceType<typeof Empty> {
  return new Empty();
}

/** A stream's name as a message. */
export function identifier(stream: string): InstanceType<typeof StreamIdentifier> {
  return new StreamIdentifier().setStreamName(Buffer.from(stream).toString('base64'));
}

/** A stream's name out of a message. */
export function nameOf(message: { getStreamName_asU8(): Uint8Array } | undefined): string {
  return Buffer.from(message?.getStreamName_asU8() ?? []).toString('utf8');
}

/** A UUID out of a message in one of its two forms. */
export function uuidOf(message: InstanceType<typeof UUID> | undefined): string {
  const structured = message?.getStructured();
  if (structured === undefined) return (message?.getString() ?? '').toLowerCase();
  const half = (text: string): string =>
    BigInt.asUintN(64, BigInt(text)).toString(16).padStart(16, '0');
  const hex =
    half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** An event as it is sent to a reader. */
export function eventMessage(event: Logged): ReadResponse {
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(event.id));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setPreparePosition(String(event.position));
  recorded.setCommitPosition(String(event.position));
  recorded.setData(Buffer.from(event.data).toString('base64'));
  recorded.setCustomMetadata(Buffer.from(event.metadata).toString('base64'));
  const metadata = recorded.getMetadataMap();
  metadata.set('type', event.type);
  metadata.set('content-type', event.contentType);
  metadata.set('created', event.created);
  const read = new ReadResp.ReadEvent().setEvent(recorded);
  read.setCommitPosition(String(event.position));
  return new ReadResp().setEvent(read);
}

/** What a reader of a stream that does not exist is told. */
export function notFoundMessage(stream: string): ReadResponse {
  const message = new ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream));
  return new ReadResp().setStreamNotFound(message);
}

/** The first message of a subscription. */
export function confirmationMessage(id: string): ReadResponse {
  const message = new ReadResp.SubscriptionConfirmation().setSubscriptionId(id);
  return new ReadResp().setConfirmation(message);
}

/** How far a filtered subscription has looked. */
export function checkpointMessage(position: bigint): ReadResponse {
  const message = new ReadResp.Checkpoint();
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return new ReadResp().setCheckpoint(message);
}
