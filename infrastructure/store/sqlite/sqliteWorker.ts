import { parentPort, workerData } from 'node:worker_threads';
import { SqliteDatabase } from './sqliteDatabase.ts';
import type { Answer, Request, WorkerOptions } from './wire.ts';

function work(database: SqliteDatabase, request: Request): unknown {
  switch (request.kind) {
    case 'append':
      return database.append(request.appends);
    case 'read':
      return database.read(request.stream, request.from, request.to);
    case 'last':
      return database.last(request.stream);
    case 'after':
      return database.after(request.position);
    case 'streams':
      return database.streams(request.prefix, request.after);
    case 'close':
      database.close();
      return null;
  }
}

const CORRUPT = 11;

function failure(id: number, error: unknown): Answer {
  const { errcode, code, message } = error as NodeJS.ErrnoException & { readonly errcode?: number };
  // A number that does not fit: no version and no position was ever that large.
  const known = code === 'ERR_OUT_OF_RANGE' ? CORRUPT : 0;
  return { id, error: { code: errcode ?? known, message } };
}

let database: SqliteDatabase | null = null;
try {
  database = new SqliteDatabase(workerData as WorkerOptions);
  parentPort?.postMessage({ id: 0 } satisfies Answer);
} catch (error) {
  parentPort?.postMessage(failure(0, error));
}

parentPort?.on('message', (request: Request) => {
  try {
    if (database === null) throw new Error('the database is not open');
    parentPort?.postMessage({ id: request.id, value: work(database, request) } satisfies Answer);
  } catch (error) {
    parentPort?.postMessage(failure(request.id, error));
  }
});
