import grpc, { type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { AppendResp, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { EventLog } from './eventStoreDb/eventLog.ts';
import { answerRead, type ReadCall } from './eventStoreDb/reading.ts';
import { answerAppend, answerBatches, exception, type AppendCall } from './eventStoreDb/writing.ts';

const { status } = grpc;
const MESSAGE_OCTETS_MAX = 17 * 1024 * 1024;

/** What goes wrong with the next calls, each kind so many times. */
export type Faults = {
  /** Appends that are refused before anything is written, by this status. */
  appendsRefused: number;
  refusal: grpc.status;
  /** Appends that are written but whose connection breaks before the answer. */
  answersLost: number;
  /** Appends that are written but never answered. */
  answersWithheld: number;
  /** Reads that are never answered. */
  readsWithheld: number;
  /** When set, calls that ask for the leader are sent there. */
  leader: { readonly host: string; readonly port: number } | null;
};

export type EventStoreDb = {
  readonly url: string;
  readonly port: number;
  readonly log: EventLog;
  readonly faults: Faults;
  /** Calls of readers that are open now. */
  readonly openReads: () => number;
  /** Breaks all connections; new ones are accepted. */
  readonly disconnect: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type EventStoreDbOptions = { readonly port?: number; readonly file?: string };

/**
 * A stand-in for an EventStoreDB at the loopback interface. It speaks the same gRPC services with
 * the client's own generated code, and keeps what clients may rely on: expected revisions, events
 * known by their ids, sizes, positions, subscriptions. It is neither a cluster nor fast.
 */
export async function startEventStoreDb(options: EventStoreDbOptions = {}): Promise<EventStoreDb> {
  const log = new EventLog(options.file);
  const faults: Faults = {
    appendsRefused: 0,
    refusal: status.UNAVAILABLE,
    answersLost: 0,
    answersWithheld: 0,
    readsWithheld: 0,
    leader: null,
  };
  const reads = new Set<ReadCall>();
  let port = options.port ?? 0;
  const begin = async (): Promise<grpc.Server> => {
    const made = new grpc.Server({ 'grpc.max_receive_message_length': MESSAGE_OCTETS_MAX });
    made.addService(streamServices.StreamsService, streamsOf(log, faults, reads));
    made.addService(featureServices.ServerFeaturesService, { getSupportedMethods });
    made.addService(gossipServices.GossipService, { read: gossipOf(() => port) });
    port = await bind(made, port);
    return made;
  };
  let server = await begin();
  const stop = (): void => {
    server.forceShutdown();
    reads.clear();
  };
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    port,
    log,
    faults,
    openReads: () => reads.size,
    disconnect: async () => {
      stop();
      server = await begin();
    },
    close: async () => {
      stop();
      log.close();
    },
  };
}

/** A cluster of one. */
function gossipOf(port: () => number): grpc.UntypedHandleCall {
  return (_call: unknown, answer: sendUnaryData<InstanceType<typeof gossip.ClusterInfo>>): void => {
    const place = new gossip.EndPoint().setAddress('127.0.0.1').setPort(port());
    const member = new gossip.MemberInfo()
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true);
    answer(null, new gossip.ClusterInfo().setMembersList([member.setHttpEndPoint(place)]));
  };
}

function bind(server: grpc.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

function streamsOf(
  log: EventLog,
  faults: Faults,
  reads: Set<ReadCall>,
): grpc.UntypedServiceImplementation {
  return {
    read: (call: ReadCall) => {
      reads.add(call);
      const forget = (): unknown => reads.delete(call);
      call.on('close', forget).on('finish', forget).on('cancelled', forget);
      if (redirect(faults, call.metadata, (error) => call.emit('error', error))) return;
      if (take(faults, 'readsWithheld')) return;
      answerRead(log, call).catch((error: unknown) => call.emit('error', error));
    },
    append: (call: AppendCall, answer: sendUnaryData<AppendResp>) => {
      if (redirect(faults, call.metadata, answer)) return;
      if (take(faults, 'appendsRefused')) {
        answer({ code: faults.refusal, details: 'refused' });
        return;
      }
      const reply: sendUnaryData<AppendResp> = (error, value) => {
        if (take(faults, 'answersWithheld')) return;
        if (take(faults, 'answersLost')) answer({ code: status.UNAVAILABLE, details: 'dropped' });
        else answer(error, value);
      };
      answerAppend(log, call, reply).catch(answer);
    },
    batchAppend: (call: grpc.ServerDuplexStream<BatchAppendReq, never>) => answerBatches(log, call),
    delete: unimplemented,
    tombstone: unimplemented,
  };
}

function take(
  faults: Faults,
  kind: 'appendsRefused' | 'answersLost' | 'answersWithheld' | 'readsWithheld',
): boolean {
  if (faults[kind] === 0) return false;
  faults[kind] -= 1;
  return true;
}

/** A follower sends those who ask for the leader to it. */
function redirect(
  { leader }: Faults,
  metadata: grpc.Metadata,
  fail: (error: Partial<grpc.StatusObject> & Error) => unknown,
): boolean {
  if (leader === null || metadata.get('requires-leader')[0] !== 'true') return false;
  const place = { 'leader-endpoint-host': leader.host, 'leader-endpoint-port': `${leader.port}` };
  const error = exception(status.NOT_FOUND, 'not-leader', place);
  fail(Object.assign(new Error('not leader'), error));
  return true;
}

function getSupportedMethods(
  _call: ServerUnaryCall<unknown, unknown>,
  answer: sendUnaryData<InstanceType<typeof features.SupportedMethods>>,
): void {
  const names = ['append', 'batchappend', 'read'];
  const methods = names.map((name) => {
    const method = new features.SupportedMethod().setMethodName(name);
    return method.setServiceName('event_store.client.streams.streams');
  });
  const answered = new features.SupportedMethods().setMethodsList(methods);
  answer(null, answered.setEventStoreServerVersion('23.10.0.0'));
}

function unimplemented(_call: unknown, answer: sendUnaryData<never>): void {
  answer({ code: status.UNIMPLEMENTED, details: 'not in this stand-in' });
}
