import type { FastifyReply, FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { Refusal } from '../../domain/machines/refusal.ts';
import type { EventStore } from '../../domain/engine/eventStore.ts';
import { showRecorded } from '../hosting/showing.ts';

/** A line now and then keeps proxies from closing a feed without events. */
const HEARTBEAT_MS = 15_000;

/**
 * All events of all streams as server-sent events, after the one that `Last-Event-ID` names. The
 * feed ends when the client goes or the signal aborts; a slow client slows only its own feed.
 */
export async function sendEvents(
  store: EventStore,
  after: string | null,
  request: FastifyRequest,
  reply: FastifyReply,
  ending: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  const signal = AbortSignal.any([ending, gone.signal]);
  const events = store.follow(after, signal);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  raw.write(': events\n\n');
  const heartbeat = setInterval(() => raw.write(': \n\n'), HEARTBEAT_MS);
  try {
    for await (const event of events) {
      const text = `id: ${event.position}\nevent: ${event.type}\ndata: ${dataOf(event)}\n\n`;
      if (!raw.write(text)) await once(raw, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) raw.write(`event: error\ndata: ${JSON.stringify(sentence(error))}\n\n`);
  } finally {
    clearInterval(heartbeat);
    raw.end();
  }
}

function dataOf(event: Parameters<typeof showRecorded>[0]): string {
  return JSON.stringify(showRecorded(event));
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : 'The events cannot be read now.';
}

/** The position that a client saw last; refused as `invalid` when it cannot be one. */
export function positionOf(header: string | readonly string[] | undefined): string | null {
  if (header === undefined || header === '') return null;
  if (typeof header === 'string' && /^[\w:/.-]{1,128}$/.test(header)) return header;
  throw new Refusal('invalid', 'Last-Event-ID: expected the id of an event.', 'Last-Event-ID');
}
