import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { EventStore, RecordedEvent } from '../../domain/engine/eventStore.ts';
import { all, firstOf, idsOf, newEvent, newEvents, versionsOf } from '../support/events.ts';

/** Where the stores of one test lie: opened as often as wanted, all gone with `end`. */
export type StorePlace = {
  readonly open: () => Promise<EventStore>;
  readonly end: () => Promise<void>;
};

export type OpenPlace = {
  readonly here: StorePlace;
  readonly store: EventStore;
  /** A stream that does not exist yet. */
  readonly stream: string;
  /** A position before anything of that stream, to spare reading what other tests have left. */
  readonly begin: string | null;
};

/** Follows from a position and gathers what is of streams with a prefix, until it is left. */
function gather(store: EventStore, after: string | null, prefix: string) {
  const ending = new AbortController();
  const events: RecordedEvent[] = [];
  const waiting = new Set<() => void>();
  const ended = (async () => {
    for await (const event of store.follow(after, ending.signal)) {
      if (event.stream.startsWith(prefix)) events.push(event);
      for (const wake of waiting) wake();
    }
  })();
  const reach = (count: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      if (events.length >= count) resolve(undefined);
    };
    waiting.add(wake);
    wake();
    return Promise.race([promise, ended]);
  };
  const leave = (): Promise<void> => {
    ending.abort();
    return ended;
  };
  return { events, reach, leave, ended };
}

/** What the port promises of following, listing, closing and opening again. */
export function followingContract(opened: () => OpenPlace, isDurable: boolean): void {
  describe('follow', () => {
    test('gives what is there, then what comes, none twice and none lost', async () => {
      const { store, stream, begin } = opened();
      const ids: string[] = [];
      const append = async (from: number, to: number) => {
        for (let version = from; version < to; version += 1) {
          const event = newEvent(version);
          ids.push(event.id);
          await store.append(`${stream}-${version % 3}`, Math.floor(version / 3), [event]);
        }
      };
      await append(0, 300);
      const following = gather(store, begin, stream);
      await append(300, 420);
      await following.reach(400);
      await append(420, 450);
      await following.reach(450);
      await following.leave();
      expect(idsOf(following.events)).toEqual(ids);
      expect(new Set(following.events.map(({ position }) => position)).size).toBe(450);
    });

    test('goes on after any position', async () => {
      const { store, stream, begin } = opened();
      const events = newEvents(20);
      await store.append(stream, 0, events.slice(0, 9));
      await store.append(stream, 9, events.slice(9));
      const seen = await firstOf(store, begin, 20, stream);
      for (const [i, { position }] of seen.entries()) {
        const next = newEvent();
        await store.append(stream, 20 + i, [next]);
        const rest = await firstOf(store, position, 20, stream);
        expect(versionsOf(rest)).toEqual(Array.from({ length: 20 }, (_, k) => i + 2 + k));
      }
    });

    test('shows every follower the same order while many write', async () => {
      const { store, stream, begin } = opened();
      const followers = [0, 1, 2].map(() => gather(store, begin, stream));
      const write = async (name: string) => {
        for (let version = 0; version < 25; version += 1) {
          await store.append(name, version, newEvents(1));
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, i) => write(`${stream}-${i}`)));
      await Promise.all(followers.map(({ reach }) => reach(200)));
      await Promise.all(followers.map(({ leave }) => leave()));
      const [first, ...others] = followers.map(({ events }) => idsOf(events));
      expect(new Set(first).size).toBe(200);
      for (const other of others) expect(other).toEqual(first);
      const versions = new Map<string, number>();
      for (const event of followers[0]!.events) {
        expect(event.version).toBe((versions.get(event.stream) ?? 0) + 1);
        versions.set(event.stream, event.version);
      }
    });

    test('loses nothing when the reader is slow', async () => {
      const { store, stream, begin } = opened();
      const events = newEvents(700);
      await store.append(stream, 0, events.slice(0, 350));
      const seen: string[] = [];
      let appended: Promise<unknown> = Promise.resolve();
      for await (const { id, stream: name } of store.follow(begin, new AbortController().signal)) {
        if (name !== stream) continue;
        seen.push(id);
        if (seen.length === 100) appended = store.append(stream, 350, events.slice(350));
        if (seen.length % 50 === 0) await setImmediate();
        if (seen.length === 700) break;
      }
      await appended;
      expect(seen).toEqual(idsOf(events));
    });

    test('ends without an error when its signal aborts, waiting or not', async () => {
      const { store, stream, begin } = opened();
      expect(await all(store.follow(null, AbortSignal.abort()))).toEqual([]);
      const waiting = gather(store, begin, stream);
      await store.append(stream, 0, newEvents(3));
      await waiting.reach(3);
      await setImmediate();
      await waiting.leave();
      const ending = new AbortController();
      const versions: number[] = [];
      for await (const { version, stream: name } of store.follow(begin, ending.signal)) {
        if (name !== stream) continue;
        versions.push(version);
        if (version === 2) ending.abort();
      }
      expect(versions).toEqual([1, 2]);
    });

    test('does not tell of appends that met a conflict or were sent again', async () => {
      const { store, stream, begin } = opened();
      const events = newEvents(2);
      await store.append(stream, 0, events);
      await store.append(stream, 0, newEvents(1));
      await store.append(stream, 0, events);
      const last = newEvent();
      await store.append(stream, 2, [last]);
      expect(idsOf(await firstOf(store, begin, 3, stream))).toEqual(idsOf([...events, last]));
    });
  });

  describe('streams', () => {
    test('are those that have events and begin with the prefix, each once', async () => {
      const { store, stream } = opened();
      expect(await all(store.streams(stream))).toEqual([]);
      const names = Array.from({ length: 300 }, (_, i) => `${stream}-${i}`);
      await Promise.all(names.map((name) => store.append(name, 0, newEvents(1))));
      await Promise.all(names.slice(0, 9).map((name) => store.append(name, 1, newEvents(1))));
      expect(await store.append(`${stream}-none`, 5, newEvents(1))).toMatchObject({
        kind: 'conflict',
      });
      expect([...(await all(store.streams(stream)))].sort()).toEqual([...names].sort());
      expect([...(await all(store.streams(`${stream}-29`)))].sort()).toEqual(
        names.filter((name) => name.startsWith(`${stream}-29`)).sort(),
      );
      const everything = await all(store.streams());
      expect(everything).toEqual(expect.arrayContaining(names));
      expect(new Set(everything).size).toBe(everything.length);
    });
  });

  describe('closing', () => {
    const refusal = { kind: 'unavailable' };

    test('lets appends finish and refuses everything later', async () => {
      const { here, store, stream } = opened();
      const begun = Array.from({ length: 20 }, (_, i) =>
        store.append(`${stream}-${i}`, 0, newEvents(2)),
      );
      const closed = store.close();
      expect(await Promise.all(begun)).toEqual(Array(20).fill({ kind: 'appended', version: 2 }));
      await closed;
      await store.close();
      await expect(store.append(stream, 0, newEvents(1))).rejects.toMatchObject(refusal);
      await expect(store.last(stream)).rejects.toMatchObject(refusal);
      await expect(all(store.read(stream))).rejects.toMatchObject(refusal);
      await expect(all(store.streams())).rejects.toMatchObject(refusal);
      await expect(firstOf(store, null, 1, '')).rejects.toMatchObject(refusal);
      if (!isDurable) return;
      const again = await here.open();
      expect((await again.last(`${stream}-19`))?.version).toBe(2);
      await again.close();
    });

    test('ends iterations that are under way, waiting or not', async () => {
      const { store, stream, begin } = opened();
      await store.append(stream, 0, newEvents(900));
      const reading = store.read(stream)[Symbol.asyncIterator]();
      await reading.next();
      const waiting = gather(store, begin, stream);
      await waiting.reach(900);
      const paused = store.follow(null, new AbortController().signal)[Symbol.asyncIterator]();
      await paused.next();
      const drain = async (iterator: AsyncIterator<unknown>) => {
        while ((await iterator.next()).done !== true);
      };
      const ends = [expect(waiting.ended).rejects.toMatchObject(refusal)];
      await store.close();
      ends.push(expect(drain(reading)).rejects.toMatchObject(refusal));
      ends.push(expect(drain(paused)).rejects.toMatchObject(refusal));
      await Promise.all(ends);
    });
  });

  if (!isDurable) return;
  describe('opened again', () => {
    test('everything is there, positions included, and sending again still knows it', async () => {
      const { here, store, stream, begin } = opened();
      const events = newEvents(300);
      await store.append(stream, 0, events.slice(0, 200));
      await store.append(stream, 200, events.slice(200));
      const before = await firstOf(store, begin, 300, stream);
      await store.close();
      const again = await here.open();
      const resend = await again.append(stream, 200, events.slice(200));
      expect(resend).toEqual({ kind: 'appended', version: 300 });
      expect(await again.append(stream, 299, newEvents(1))).toEqual({
        kind: 'conflict',
        version: 300,
      });
      const added = newEvent();
      await again.append(stream, 300, [added]);
      const after = await firstOf(again, begin, 301, stream);
      expect(after.slice(0, 300)).toEqual(before);
      const rest = await firstOf(again, before[149]!.position, 151, stream);
      expect(idsOf(rest)).toEqual(idsOf([...events.slice(150), added]));
      expect(await all(again.streams(stream))).toEqual([stream]);
      await again.close();
    });
  });
}
