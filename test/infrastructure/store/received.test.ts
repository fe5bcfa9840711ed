import { setImmediate } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { received } from '../../../infrastructure/store/eventstoredb/received.ts';
import {
  startEventStoreDbProcess,
  type EventStoreDbProcess,
} from '../../support/eventStoreDbProcess.ts';

/** Turns of the event loop in which what was begun can surely end. */
const TURNS = 200;

describe('a call that is left', () => {
  let server: EventStoreDbProcess;
  let client: EventStoreDBClient;

  beforeEach(async () => {
    server = await startEventStoreDbProcess();
    client = EventStoreDBClient.connectionString(server.url);
    const events = Array.from({ length: 300 }, (_, n) =>
      jsonEvent({ type: 'Tested', data: { n, text: 'x'.repeat(2000) } }),
    );
    await client.appendToStream('s', events);
  });
  afterEach(() => server.kill());

  /** How many calls the client remembers, until it is told of their end. */
  const remembered = (): number =>
    (client as unknown as { readonly disposableStreams: ReadonlySet<unknown> }).disposableStreams
      .size;

  async function turns(): Promise<void> {
    for (let i = 0; i < TURNS; i += 1) await setImmediate();
  }

  function eventsOf(maxCount: number, signal = new AbortController().signal) {
    const read = client.readStream('s', { maxCount });
    const call = { stream: read as never, cancel: () => read.cancel() };
    return received<ResolvedEvent>(call, { signal, silenceMaxMs: 10_000 });
  }

  /** The first few events are taken, then the call is left. */
  async function take(count: number, maxCount: number): Promise<void> {
    const events = eventsOf(maxCount);
    for (let i = 0; i < count; i += 1) await events.next();
    await events.return(undefined);
  }

  test.each([
    ['when the server has sent all', 1, 1],
    ['when the server has sent more', 1, 2],
    ['while the server sends', 3, 300],
  ])('is forgotten, %s', async (_, count, maxCount) => {
    const before = remembered();
    for (let i = 0; i < 50; i += 1) {
      await take(count, maxCount);
    }
    await turns();
    expect(remembered()).toBe(before);
  });

  test('is forgotten when it is ended from outside while nobody reads', async () => {
    const before = remembered();
    const ending = new AbortController();
    await eventsOf(300, ending.signal).next();
    await turns();
    ending.abort();
    await turns();
    expect(remembered()).toBe(before);
  });
});
