import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { SqliteDatabase } from './sqliteDatabase.ts';
import type { Answer, AppendRequest, Request, WireAppend, WorkerOptions } from './wire.ts';

/** One transaction takes so many characters, so that none holds the next ones up for long. */
const GROUP_CHARACTERS_MAX = 4_000_000;
const CORRUPT = 11;

if (parentPort === null) throw new Error('this is the program of a thread');
const port = parentPort;
let database: SqliteDatabase | null = null;

function opened(): SqliteDatabase {
  if (database === null) throw new Error('the database is not open');
  return database;
}

function work(request: Exclude<Request, AppendRequest>): unknown {
  switch (request.kind) {
    case 'read':
      return opened().read(request.stream, request.from, request.to);
    case 'last':
      return opened().last(request.stream);
    case 'after':
      return opened().after(request.position);
    case 'streams':
      return opened().streams(request.prefix, request.after);
    case 'close':
      opened().close();
      return null;
  }
}

function failure(id: number, error: unknown): Answer {
  const { errcode, code, message } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  // A number that does not fit: no version and no position was ever that large.
  const known = code === 'ERR_OUT_OF_RANGE' ? CORRUPT : 0;
  return { id, error: { code: errcode ?? known, message } };
}

/** What was received and not taken up yet. */
let received: readonly Request[] = [];
let taken = 0;

/** The next request that is there already. */
function next(): Request | undefined {
  if (taken === received.length) {
    received = (receiveMessageOnPort(port)?.message as readonly Request[] | undefined) ?? [];
    taken = 0;
  }
  const request = received[taken];
  taken += request === undefined ? 0 : 1;
  return request;
}

/** Writes this append and those right behind it; gives the request that comes after them. */
function append(first: AppendRequest): Request | undefined {
  const group: AppendRequest[] = [];
  let characters = 0;
  let request: Request | undefined = first;
  while (request?.kind === 'append') {
    group.push(request);
    characters += charactersOf(request);
    if (characters >= GROUP_CHARACTERS_MAX) break;
    request = next();
  }
  port.postMessage(appended(group));
  return request?.kind === 'append' ? next() : request;
}

function charactersOf({ events }: WireAppend): number {
  let characters = 0;
  for (const { data, metadata } of events) characters += data.length + metadata.length;
  return characters;
}

function appended(group: readonly AppendRequest[]): readonly Answer[] {
  try {
    const outcomes = opened().append(group);
    return group.map(({ id }, i) => ({ id, value: outcomes[i] }));
  } catch (error) {
    return group.map(({ id }) => failure(id, error));
  }
}

function answered(request: Exclude<Request, AppendRequest>): Answer {
  try {
    return { id: request.id, value: work(request) };
  } catch (error) {
    return failure(request.id, error);
  }
}

try {
  database = new SqliteDatabase(workerData as WorkerOptions);
  port.postMessage([{ id: 0 }] satisfies Answer[]);
} catch (error) {
  port.postMessage([failure(0, error)]);
}

port.on('message', (requests: readonly Request[]) => {
  received = requests;
  taken = 0;
  let request = next();
  while (request !== undefined) {
    if (request.kind === 'append') request = append(request);
    else {
      port.postMessage([answered(request)]);
      request = next();
    }
  }
});
