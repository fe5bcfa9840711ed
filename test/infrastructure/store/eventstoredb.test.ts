import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { EventStore } from '../../../domain/engine/eventStore.ts';
import { openStore } from '../../../infrastructure/store/openStore.ts';
import { all, firstOf, idsOf, newEvent, newEvents } from '../../support/events.ts';
import { startEventStoreDb, type EventStoreDb } from '../../support/eventStoreDb.ts';

describe('an EventStoreDB as the store', () => {
  let server: EventStoreDb;
  let store: EventStore;

  beforeEach(async () => {
    server = await startEventStoreDb();
    store = await openStore(server.url);
    await store.append('made', 0, newEvents(1));
  });
  afterEach(async () => {
    await store.close();
    await server.close();
  });

  describe('opening', () => {
    test('a server that is not there is said in one sentence, without the password', async () => {
      const gone = await startEventStoreDb();
      await gone.close();
      const opening = openStore(`esdb://admin:geheim@127.0.0.1:${gone.port}?tls=false`);
      await expect(opening).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(opening).rejects.toThrow(/^The event store at 127\.0\.0\.1:\d+ cannot be used/);
      await expect(opening).rejects.not.toThrow(/geheim/);
    });

    test('a connection string that is none is said so, without its contents', async () => {
      for (const url of ['esdb://', 'esdb://a:geheim@host:port', 'esdb://h?tls=maybe']) {
        await expect(openStore(url)).rejects.toThrow(/^The connection string .* cannot be/);
        await expect(openStore(url)).rejects.not.toThrow(/geheim/);
      }
    });

    test('a cluster is asked for its leader', async () => {
      const found = await openStore(`esdb+discover://127.0.0.1:${server.port}?tls=false`);
      expect((await found.last('made'))?.version).toBe(1);
      await found.close();
    });
  });

  describe('an append', () => {
    test('whose answer is lost is of unknown outcome, settled by sending it again', async () => {
      const events = newEvents(2);
      server.faults.answersLost = 1;
      const lost = store.append('made', 1, events);
      await expect(lost).rejects.toMatchObject({ kind: 'unknown-outcome' });
      expect(await store.append('made', 1, events)).toEqual({ kind: 'appended', version: 3 });
      expect(await all(store.read('made'))).toHaveLength(3);
    });

    test('that is never answered is of unknown outcome after its deadline', async () => {
      const events = newEvents(1);
      const hasty = await openStore(`${server.url}&defaultDeadline=400`);
      server.faults.answersWithheld = 1;
      const withheld = hasty.append('made', 1, events);
      await expect(withheld).rejects.toMatchObject({ kind: 'unknown-outcome' });
      await hasty.close();
      expect(await store.append('made', 1, events)).toEqual({ kind: 'appended', version: 2 });
    });

    test('surely did not happen when there was no connection', async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'stemma-')), 'log');
      let other = await startEventStoreDb({ file });
      const writer = await openStore(other.url);
      const events = newEvents(1);
      await writer.append('kept', 0, events);
      await other.close();
      const refused = writer.append('kept', 1, newEvents(1));
      await expect(refused).rejects.toMatchObject({ kind: 'unavailable' });
      other = await startEventStoreDb({ file, port: other.port });
      const more = newEvents(1);
      expect(await writer.append('kept', 1, more)).toEqual({ kind: 'appended', version: 2 });
      expect(idsOf(await all(writer.read('kept')))).toEqual(idsOf([...events, ...more]));
      await writer.close();
      await other.close();
      rmSync(file);
    });

    test('goes to the leader that a follower names', async () => {
      const leader = await startEventStoreDb();
      server.faults.leader = { host: '127.0.0.1', port: leader.port };
      const answer = await store.append('elsewhere', 0, newEvents(1));
      expect(answer).toEqual({ kind: 'appended', version: 1 });
      expect(leader.log.stream('stemma.elsewhere')).toHaveLength(1);
      expect((await store.last('elsewhere'))?.version).toBe(1);
      await leader.close();
    });

    test('on one connection is not harmed by the loss of another', async () => {
      const other = await startEventStoreDb();
      const neighbour = await openStore(other.url);
      server.faults.answersWithheld = 1;
      const lost = expect(store.append('made', 1, newEvents(1))).rejects.toMatchObject({
        kind: 'unknown-outcome',
      });
      const unharmed = Promise.all(
        Array.from({ length: 20 }, (_, i) => neighbour.append(`n-${i}`, 0, newEvents(1))),
      );
      while (server.log.stream('stemma.made').length < 2) await setImmediate();
      await server.disconnect();
      await lost;
      expect(await unharmed).toHaveLength(20);
      await neighbour.close();
      await other.close();
    });

    test('to a stream that somebody deleted is refused as damage', async () => {
      server.log.tombstone('stemma.made');
      const appended = store.append('made', 1, newEvents(1));
      await expect(appended).rejects.toMatchObject({ kind: 'damaged' });
    });

    test('that was never begun leaves no stream in the list', async () => {
      server.faults.appendsRefused = 1;
      const refused = store.append('never', 0, newEvents(1));
      await expect(refused).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await all(store.streams())).toEqual(['made']);
    });
  });

  describe('reading', () => {
    test('goes on where a broken connection left off', async () => {
      await store.append('long', 0, newEvents(3000));
      const versions: number[] = [];
      for await (const { version } of store.read('long')) {
        versions.push(version);
        if (version === 500 || version === 1500) await server.disconnect();
      }
      expect(versions).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
    });

    test('of a silent server ends in time', async () => {
      const hasty = await openStore(`${server.url}&defaultDeadline=400`);
      server.faults.readsWithheld = 1;
      await expect(hasty.last('made')).rejects.toMatchObject({ kind: 'unavailable' });
      await hasty.close();
      expect(await store.last('made')).not.toBeNull();
    });

    test('leaves no call open at the server', async () => {
      await store.append('long', 0, newEvents(2000));
      for (let i = 0; i < 5; i += 1) {
        for await (const { version } of store.read('long')) if (version === 3) break;
        await firstOf(store, null, 3, 'long');
        await store.last('long');
      }
      for (let i = 0; i < 1000 && server.openReads() > 0; i += 1) await setImmediate();
      expect(server.openReads()).toBe(0);
    });
  });

  describe('following', () => {
    test('neither loses nor repeats when the connection breaks', async () => {
      const ids: string[] = [];
      const seen: string[] = [];
      const ending = new AbortController();
      const write = async (): Promise<void> => {
        for (let version = 0; version < 120; version += 1) {
          const event = newEvent(version);
          ids.push(event.id);
          await appendSurely(store, 'busy', version, event);
          if (version % 40 === 20) await server.disconnect();
        }
      };
      const writing = write();
      for await (const { id, stream } of store.follow(null, ending.signal)) {
        if (stream === 'busy') seen.push(id);
        if (seen.length === 120) break;
      }
      await writing;
      expect(seen).toEqual(ids);
    });

    test('shows nothing of others who use the server', async () => {
      const client = EventStoreDBClient.connectionString(server.url);
      await client.appendToStream('orders-1', jsonEvent({ type: 'Ordered', data: { n: 1 } }));
      await store.append('mine', 0, newEvents(2));
      const seen = await firstOf(store, null, 3, '');
      expect(seen.map(({ stream }) => stream)).toEqual(['made', 'mine', 'mine']);
      expect(server.log.all.some(({ stream }) => stream.startsWith('$'))).toBe(true);
      expect([...(await all(store.streams()))].sort()).toEqual(['made', 'mine']);
      await client.dispose();
    });
  });

  test('events are JSON for the tools of the server', async () => {
    const event = newEvent(7);
    await store.append('made', 1, [event]);
    const stored = server.log.stream('stemma.made')[1];
    expect(stored?.contentType).toBe('application/json');
    expect(Buffer.from(stored?.data ?? []).toString()).toBe(event.data);
    expect(Buffer.from(stored?.metadata ?? []).toString()).toBe(event.metadata);
  });
});

/** Sends one event until it is appended. */
async function appendSurely(
  store: EventStore,
  stream: string,
  version: number,
  event: ReturnType<typeof newEvent>,
): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      expect(await store.append(stream, version, [event])).toMatchObject({ kind: 'appended' });
      return;
    } catch (error) {
      if ((error as { readonly kind?: string }).kind === undefined) throw error;
    }
  }
  throw new Error('the server does not come back');
}
