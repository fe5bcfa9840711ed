import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { EventLog, Logged } from './eventLog.ts';
import {
  checkpointMessage,
  confirmationMessage,
  eventMessage,
  nameOf,
  notFoundMessage,
} from './messages.ts';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;
type Options = ReadReq.Options;
type Filter = { readonly isWanted: (event: Logged) => boolean; readonly checkpointEvery: number };

const SEARCH_WINDOW = 32;

/** Answers a read or a subscription, of one stream or of all. */
export async function answerRead(log: EventLog, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  if (options === undefined) throw new Error('a read has options');
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  call.on('close', () => gone.abort());
  if (options.hasSubscription()) await subscribe(log, call, options, gone.signal);
  else await read(log, call, options, gone.signal);
  if (!gone.signal.aborted) call.end();
}

async function read(
  log: EventLog,
  call: ReadCall,
  options: Options,
  gone: AbortSignal,
): Promise<void> {
  const ofStream = options.getStream();
  const stream = nameOf(ofStream?.getStreamIdentifier());
  const recorded = ofStream === undefined ? log.all : log.stream(stream);
  if (ofStream !== undefined && recorded.length === 0) {
    call.write(notFoundMessage(stream));
    return;
  }
  const isForwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS;
  const first = firstIndex(options, recorded, isForwards);
  const step = isForwards ? 1 : -1;
  const count = Number(options.getCount());
  for (let i = 0; i < count; i += 1) {
    const event = recorded[first + i * step];
    if (event === undefined || gone.aborted) return;
    await send(call, eventMessage(event), gone);
  }
}

/** Where a read begins; positions and revisions are included. */
function firstIndex(options: Options, recorded: readonly Logged[], isForwards: boolean): number {
  const last = recorded.length - (isForwards ? 0 : 1);
  const place = options.getStream() ?? options.getAll();
  if (place === undefined || place.hasStart()) return 0;
  if (place.hasEnd()) return last;
  const stream = options.getStream();
  if (stream !== undefined) {
    const revision = BigInt(stream.getRevision());
    return isForwards || revision < BigInt(last) ? Number(revision) : last;
  }
  return indexOf(options, recorded);
}

function indexOf(options: Options, recorded: readonly Logged[]): number {
  const position = BigInt(options.getAll()?.getPosition()?.getCommitPosition() ?? '0');
  const found = recorded.findIndex((event) => event.position >= position);
  return found < 0 ? recorded.length : found;
}

/** A subscription begins after the place that it names. */
async function subscribe(
  log: EventLog,
  call: ReadCall,
  options: Options,
  gone: AbortSignal,
): Promise<void> {
  await send(call, confirmationMessage(crypto.randomUUID()), gone);
  const { isWanted, checkpointEvery } = filterOf(options);
  let looked = 0;
  for (let next = subscriptionStart(log, options); !gone.aborted;) {
    const event = log.all[next];
    if (event === undefined) {
      await log.grown(next, gone);
      continue;
    }
    next += 1;
    looked += 1;
    if (isWanted(event)) await send(call, eventMessage(event), gone);
    if (looked % checkpointEvery === 0) await send(call, checkpointMessage(event.position), gone);
  }
}

function subscriptionStart(log: EventLog, options: Options): number {
  const stream = options.getStream();
  const place = stream ?? options.getAll();
  if (place === undefined || place.hasStart()) return 0;
  if (place.hasEnd()) return log.all.length;
  if (stream === undefined) {
    const at = indexOf(options, log.all);
    const position = BigInt(options.getAll()?.getPosition()?.getCommitPosition() ?? '0');
    return log.all[at]?.position === position ? at + 1 : at;
  }
  const event = log.stream(nameOf(stream.getStreamIdentifier()))[Number(stream.getRevision())];
  return event === undefined ? log.all.length : log.all.indexOf(event) + 1;
}

function filterOf(options: Options): Filter {
  const stream = options.getStream();
  const never = Number.MAX_SAFE_INTEGER;
  if (stream !== undefined) {
    const name = nameOf(stream.getStreamIdentifier());
    return { isWanted: (event) => event.stream === name, checkpointEvery: never };
  }
  const filter = options.getFilter();
  if (filter === undefined) return { isWanted: () => true, checkpointEvery: never };
  const expression = filter.getStreamIdentifier() ?? filter.getEventType();
  const prefixes = expression?.getPrefixList() ?? [];
  const regex = new RegExp(expression?.getRegex() || '^', 'u');
  const isOfStream = filter.hasStreamIdentifier();
  return {
    isWanted: (event) => {
      const text = isOfStream ? event.stream : event.type;
      return prefixes.length > 0
        ? prefixes.some((prefix) => text.startsWith(prefix))
        : regex.test(text);
    },
    checkpointEvery: (filter.getMax() || SEARCH_WINDOW) * filter.getCheckpointintervalmultiplier(),
  };
}

/** Writes one message and waits while the reader has no room for more. */
async function send(call: ReadCall, message: ReadResp, gone: AbortSignal): Promise<void> {
  if (gone.aborted || call.write(message)) return;
  await once(call, 'drain', { signal: gone }).catch(() => undefined);
}
