import {
  Metadata,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
} from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import type {
  AppendReq,
  AppendResp as AppendResponse,
  BatchAppendReq,
  BatchAppendResp as BatchAppendResponse,
} from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { EventLog, Expected, Outcome, Proposed } from './eventLog.ts';
import { empty, identifier, nameOf, uuidOf } from './messages.ts';

export type AppendCall = ServerReadableStream<AppendReq, AppendResponse>;
export type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResponse>;

/** The server's default `--max-append-size`. */
export const APPEND_SIZE_MAX = 1024 * 1024;

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

/** An error as the server sends it: its name is in the trailers. */
export function exception(
  code: status,
  name: string,
  more: Readonly<Record<string, string>> = {},
): { readonly code: status; readonly details: string; readonly metadata: Metadata } {
  const metadata = new Metadata();
  metadata.set('exception', name);
  for (const [key, value] of Object.entries(more)) metadata.set(key, value);
  return { code, details: name, metadata };
}

/** Gathers the messages of an append and answers it. */
export async function answerAppend(
  log: EventLog,
  call: AppendCall,
  answer: sendUnaryData<AppendResponse>,
): Promise<void> {
  let options: AppendReq.Options | undefined;
  const events: Proposed[] = [];
  for await (const message of call as AsyncIterable<AppendReq>) {
    options ??= message.getOptions();
    const proposed = message.getProposedMessage();
    if (proposed !== undefined) events.push(proposal(proposed));
  }
  if (options === undefined) throw new Error('an append begins with its options');
  const stream = nameOf(options.getStreamIdentifier());
  if (sizeOf(events) > APPEND_SIZE_MAX) {
    const limit = { 'maximum-append-size': String(APPEND_SIZE_MAX) };
    answer(exception(status.INVALID_ARGUMENT, 'maximum-append-size-exceeded', limit));
    return;
  }
  const expected = expectedOf(options);
  const outcome = await log.append(stream, expected, events);
  if (outcome.kind === 'stream-deleted') {
    const name = { 'stream-name': stream };
    answer(exception(status.FAILED_PRECONDITION, 'stream-deleted', name));
  } else answer(null, response(outcome, expected));
}

function proposal(message: Message): Proposed {
  const metadata = message.getMetadataMap();
  return {
    id: uuidOf(message.getId()),
    type: metadata.get('type') ?? '',
    contentType: metadata.get('content-type') ?? 'application/octet-stream',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function sizeOf(events: readonly Proposed[]): number {
  return events.reduce(
    (sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length,
    0,
  );
}

function expectedOf(options: AppendReq.Options): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasRevision() ? Number(options.getRevision()) : 'any';
}

function response(
  outcome: Exclude<Outcome, { kind: 'stream-deleted' }>,
  expected: Expected,
): AppendResponse {
  const answer = new streams.AppendResp();
  if (outcome.kind === 'success') {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    const success = new streams.AppendResp.Success().setPosition(position);
    return answer.setSuccess(success.setCurrentRevision(String(outcome.revision)));
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.current === null) wrong.setCurrentNoStream(empty());
  else wrong.setCurrentRevision(String(outcome.current));
  if (expected === 'no_stream') wrong.setExpectedNoStream(empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(empty());
  else if (expected === 'any') wrong.setExpectedAny(empty());
  else wrong.setExpectedRevision(String(expected));
  return answer.setWrongExpectedVersion(wrong);
}

type Batch = { readonly options: BatchAppendReq.Options; readonly events: Proposed[] };

/** Answers the appends that arrive on one long call, each by its correlation id. */
export function answerBatches(log: EventLog, call: BatchCall): void {
  const batches = new Map<string, Batch>();
  call.on('data', (message: BatchAppendReq) => {
    const id = uuidOf(message.getCorrelationId());
    const options = message.getOptions();
    if (options !== undefined) batches.set(id, { options, events: [] });
    const batch = batches.get(id);
    if (batch === undefined) return;
    batch.events.push(...message.getProposedMessagesList().map(proposal));
    if (!message.getIsFinal()) return;
    batches.delete(id);
    void answerBatch(log, call, batch, message.getCorrelationId());
  });
  call.on('end', () => call.end());
}

async function answerBatch(
  log: EventLog,
  call: BatchCall,
  { options, events }: Batch,
  id: ReturnType<BatchAppendReq['getCorrelationId']>,
): Promise<void> {
  const stream = nameOf(options.getStreamIdentifier());
  const answer = new streams.BatchAppendResp();
  answer.setCorrelationId(id).setStreamIdentifier(identifier(stream));
  if (sizeOf(events) > APPEND_SIZE_MAX) {
    const detail = new shared.MaximumAppendSizeExceeded().setMaxappendsize(APPEND_SIZE_MAX);
    call.write(answer.setError(failure('MaximumAppendSizeExceeded', detail.serializeBinary())));
    return;
  }
  const expected: Expected = options.hasStreamPosition()
    ? Number(options.getStreamPosition())
    : options.hasNoStream()
      ? 'no_stream'
      : options.hasStreamExists()
        ? 'stream_exists'
        : 'any';
  const outcome = await log.append(stream, expected, events);
  if (outcome.kind === 'success') {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    const success = new streams.BatchAppendResp.Success().setPosition(position);
    answer.setSuccess(success.setCurrentRevision(String(outcome.revision)));
  } else if (outcome.kind === 'stream-deleted') {
    const detail = new shared.StreamDeleted().setStreamIdentifier(identifier(stream));
    answer.setError(failure('StreamDeleted', detail.serializeBinary()));
  } else {
    const detail = new shared.WrongExpectedVersion();
    if (outcome.current !== null) detail.setCurrentStreamRevision(String(outcome.current));
    if (typeof expected === 'number') detail.setExpectedStreamPosition(String(expected));
    answer.setError(failure('WrongExpectedVersion', detail.serializeBinary()));
  }
  call.write(answer);
}

function failure(name: string, octets: Uint8Array): InstanceType<typeof statuses.Status> {
  const details = new any.Any();
  details.setTypeUrl(`type.googleapis.com/event_store.client.${name}`);
  details.setValue(octets);
  const error = new statuses.Status();
  error.setMessage(name);
  error.setDetails(details);
  return error;
}
