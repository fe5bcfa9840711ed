import { parseArgs } from 'node:util';
import { startEventStoreDb } from './eventStoreDb.ts';

/**
 * The stand-in for an EventStoreDB as a program: `[--port N] [--file FILE]`. It prints one line
 * with its connection string when it answers, and serves until it is told to end; with a file, what
 * was acknowledged is there again however it ended.
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, file: { type: 'string' } },
});
const { file } = values;
const server = await startEventStoreDb({
  port: Number(values.port),
  ...(file === undefined ? {} : { file }),
});
process.stdout.write(`ready ${server.url}\n`);
const end = (): void => void server.close().then(() => process.exit());
process.once('SIGTERM', end);
process.once('SIGINT', end);
