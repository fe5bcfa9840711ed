import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { Connection } from './connection.ts';
import { EndpointError } from './place.ts';
import type { Conversation, ReceptionLog } from './conversation.ts';
import type { Place } from './place.ts';

/** Clients that may wait for the one being served; more are turned away. */
export const WAITING_MAX = 64;

/** After this much silence the kernel asks whether the client is still there. */
const KEEP_ALIVE_MS = 60_000;

/** One open socket that serves one client at a time and lets the next ones wait. */
export interface Listener {
  /** Where it listens, with the port that was found when 0 was asked for. */
  readonly place: Place;
  /** Clients served and waiting. */
  connections(): number;
  /** Stops listening, turns the waiting away, finishes what is in flight. */
  close(): Promise<void>;
}

/**
 * Listens at a place; each client gets a conversation of its own. Throws an EndpointError when the
 * place cannot be had. A UNIX socket is readable and writable by its owner only.
 */
export async function listen(
  place: Place,
  converse: () => Conversation,
  log?: ReceptionLog,
): Promise<Listener> {
  const server = createServer({
    pauseOnConnect: true,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  const queue = new ClientQueue(converse, log);
  server.on('connection', (socket) => queue.accept(socket));
  await bind(server, place);
  server.on('error', (error) => log?.error({ error }, 'a TPM endpoint cannot accept clients'));
  return {
    place: boundPlace(server, place),
    connections: () => queue.length,
    close: async () => {
      const isClosed = server.listening ? once(server, 'close') : undefined;
      server.close();
      await queue.close();
      await isClosed;
    },
  };
}

/** The client being served and those behind it, as the backlog of a program that serves one. */
class ClientQueue {
  readonly #converse: () => Conversation;
  readonly #log: ReceptionLog | undefined;
  readonly #waiting: Socket[] = [];
  /** Every connection that is not settled: the one served, and those with a command in flight. */
  readonly #unsettled = new Set<Connection>();
  #served: Connection | undefined;
  #isClosing = false;

  constructor(converse: () => Conversation, log: ReceptionLog | undefined) {
    this.#converse = converse;
    this.#log = log;
  }

  get length(): number {
    return this.#waiting.length + (this.#served === undefined ? 0 : 1);
  }

  accept(socket: Socket): void {
    if (this.#isClosing || this.#waiting.length >= WAITING_MAX) {
      this.#log?.debug({ waiting: this.#waiting.length }, 'a TPM client was turned away');
      socket.destroy();
    } else if (this.#served === undefined) {
      this.#serve(socket);
    } else {
      socket.on('error', (error) => this.#log?.debug({ error }, 'a waiting TPM client went away'));
      this.#waiting.push(socket);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    await Promise.all([...this.#unsettled].map((connection) => connection.leave()));
  }

  #serve(socket: Socket): void {
    const connection = new Connection(socket, this.#converse(), this.#log);
    this.#served = connection;
    this.#unsettled.add(connection);
    void connection.settled.then(() => this.#unsettled.delete(connection));
    connection.onClose(() => {
      this.#served = undefined;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#serve(next);
    });
  }
}

async function bind(server: Server, place: Place): Promise<void> {
  if (place.family === 'unix') await clearStaleSocket(place.path);
  const isListening = once(server, 'listening');
  if (place.family === 'unix') listenPrivately(server, place.path);
  else server.listen({ host: place.host, port: place.port, exclusive: true });
  try {
    await isListening;
  } catch (error) {
    throw new EndpointError(refusalSentence(place, codeOf(error)), { cause: error });
  }
}

/** Listening at a path binds within the call, so that no one ever sees the socket more open. */
function listenPrivately(server: Server, path: string): void {
  const mask = process.umask(0o177);
  try {
    server.listen({ path, exclusive: true });
  } finally {
    process.umask(mask);
  }
}

function boundPlace(server: Server, place: Place): Place {
  const address = server.address();
  const isTcp = place.family === 'tcp' && typeof address === 'object' && address !== null;
  return isTcp ? { ...place, port: address.port } : place;
}

/** True when the place is taken by someone else. */
export function isTaken(error: unknown): boolean {
  return error instanceof EndpointError && codeOf(error.cause) === 'EADDRINUSE';
}

function refusalSentence(place: Place, code: string | undefined): string {
  if (place.family === 'unix') return pathSentence(place.path, code);
  if (code === 'EADDRINUSE') return `Port ${place.port} of ${place.host} is in use.`;
  if (code === 'EACCES') return `Port ${place.port} of ${place.host} needs more privileges.`;
  if (code === 'EADDRNOTAVAIL') return `${place.host} is not an address of this machine.`;
  return `Port ${place.port} of ${place.host} cannot be opened (${code ?? 'unknown'}).`;
}

/** Both a missing folder and missing permission arrive as EACCES. */
function pathSentence(path: string, code: string | undefined): string {
  if (code === 'EACCES') return `The folder of ${path} does not exist or may not be written to.`;
  if (code === 'EADDRINUSE') return `unix:${path} is in use.`;
  return `unix:${path} cannot be opened (${code ?? 'unknown'}).`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Removes the socket of a process that is gone; one that still answers is an error. */
async function clearStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => codeOf(error));
  if (found === 'ENOENT') return;
  if (found === undefined || typeof found === 'string') {
    throw new EndpointError(`unix:${path} cannot be looked at (${found ?? 'unknown'}).`);
  }
  if (!found.isSocket()) throw new EndpointError(`${path} exists and is not a socket.`);
  const answer = await knock(path);
  if (answer === 'ENOENT') return;
  if (answer !== 'ECONNREFUSED') {
    throw new EndpointError(`unix:${path} is in use by a running program (${answer}).`);
  }
  await unlink(path);
}

/** How a socket answers: `connected`, or the code of the error. */
async function knock(path: string): Promise<string> {
  const client = connect({ path });
  try {
    await once(client, 'connect');
    return 'connected';
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  } finally {
    client.destroy();
  }
}
