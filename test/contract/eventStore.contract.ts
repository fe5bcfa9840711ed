import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  APPEND_OCTETS_MAX,
  type EventStore,
  type NewEvent,
} from '../../domain/engine/eventStore.ts';
import { all, firstOf, idsOf, newEvent, newEvents, versionsOf } from '../support/events.ts';
import { followingContract, type StorePlace } from './following.contract.ts';

export type ContractOptions = {
  readonly name: string;
  readonly place: () => Promise<StorePlace>;
  /** Whether what was appended is there again after closing and opening. */
  readonly isDurable: boolean;
};

/** What the comments of the port promise, tried on one adapter. */
export function eventStoreContract({ name, place, isDurable }: ContractOptions): void {
  describe(`${name} as an event store`, () => {
    let here: StorePlace;
    let store: EventStore;
    let stream: string;
    let begin: string | null;

    beforeEach(async () => {
      here = await place();
      store = await here.open();
      stream = `tested-${randomUUID()}`;
      await store.append(`begin-${stream}`, 0, [newEvent()]);
      const position = (await store.last(`begin-${stream}`))?.position ?? '';
      begin = position === '' ? null : position;
    });
    afterEach(async () => {
      await store.close();
      await here.end();
    });

    describe('append and read', () => {
      test('give back what was appended, octet for octet and in order', async () => {
        const texts = [
          '{"value":1}',
          '{ "spaced" : [ 1.50, 1e3 ] }',
          '{"2":0,"1":0,"__proto__":{"a":null}}',
          '"a text"',
          'null',
          '{"text":"ü \\u0000 \\ud800 🜁 \\u007f"}',
          '{"big":123456789012345678901234567890}',
          '{"same":1,"same":2}',
        ];
        const events = texts.map((text) => newEvent(0, { data: text, metadata: text }));
        const answer = await store.append(stream, 0, events);
        expect(answer).toEqual({ kind: 'appended', version: events.length });
        const read = await all(store.read(stream));
        expect(read).toEqual(
          events.map((event, i) => ({
            ...event,
            stream,
            version: i + 1,
            position: expect.any(String) as string,
          })),
        );
      });

      test('begin with any version and end with any', async () => {
        const events = newEvents(7);
        await store.append(stream, 0, events);
        const range = async (from?: number, to?: number) =>
          versionsOf(await all(store.read(stream, from, to)));
        expect(await range()).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(await range(3)).toEqual([3, 4, 5, 6, 7]);
        expect(await range(3, 5)).toEqual([3, 4, 5]);
        expect(await range(0, 1)).toEqual([1]);
        expect(await range(7, 7)).toEqual([7]);
        expect(await range(7, 99)).toEqual([7]);
        expect(await range(8)).toEqual([]);
        expect(await range(5, 4)).toEqual([]);
        expect(await range(1, 0)).toEqual([]);
      });

      test('read a long stream page by page without losing or repeating', async () => {
        const events = newEvents(1300);
        await store.append(stream, 0, events.slice(0, 600));
        await store.append(stream, 600, events.slice(600));
        expect(idsOf(await all(store.read(stream)))).toEqual(idsOf(events));
        expect(idsOf(await all(store.read(stream, 0, 1025)))).toEqual(idsOf(events.slice(0, 1025)));
      });

      test('a stream that does not exist has no events', async () => {
        expect(await all(store.read(stream))).toEqual([]);
        expect(await all(store.read(stream, 5, 9))).toEqual([]);
        expect(await store.last(stream)).toBeNull();
      });

      test('last is the newest event', async () => {
        const events = newEvents(3);
        await store.append(stream, 0, events.slice(0, 2));
        expect(await store.last(stream)).toMatchObject({ ...events[1], stream, version: 2 });
        await store.append(stream, 2, events.slice(2));
        expect(await store.last(stream)).toMatchObject({ ...events[2], stream, version: 3 });
      });

      test('leaving an iteration early leaves the store usable', async () => {
        await store.append(stream, 0, newEvents(600));
        for (let i = 0; i < 20; i += 1) {
          for await (const { version } of store.read(stream)) if (version === 3) break;
        }
        expect((await store.last(stream))?.version).toBe(600);
      });

      test('names with special characters are streams of their own', async () => {
        const names = [`${stream}/ü %_`, `${stream}/ü __`, `${stream}/Ü %_`, `${stream}-1-2`];
        for (const each of names) await store.append(each, 0, [newEvent()]);
        for (const each of names) expect(await all(store.read(each))).toHaveLength(1);
      });
    });

    describe('expected versions', () => {
      test('another version than the stream has is a conflict that tells it', async () => {
        const conflict = (version: number) => ({ kind: 'conflict', version });
        expect(await store.append(stream, 1, [newEvent()])).toEqual(conflict(0));
        await store.append(stream, 0, newEvents(2));
        for (const expected of [0, 1, 3, 1000]) {
          expect(await store.append(stream, expected, [newEvent()])).toEqual(conflict(2));
          expect(await store.append(stream, expected, newEvents(5))).toEqual(conflict(2));
        }
        expect(await all(store.read(stream))).toHaveLength(2);
      });

      test('the same events sent again are appended once and answered alike', async () => {
        const [first, second, third] = [newEvents(3), newEvents(1), newEvents(2)];
        const sent = [
          () => store.append(stream, 0, first),
          () => store.append(stream, 3, second),
          () => store.append(stream, 4, third),
        ];
        const answers = [];
        for (const send of sent) answers.push(await send(), await send());
        for (const send of sent) answers.push(await send());
        expect(answers.map(({ kind }) => kind)).toEqual(Array(9).fill('appended'));
        expect(answers.map(({ version }) => version)).toEqual([3, 3, 4, 4, 6, 6, 3, 4, 6]);
        const ids = idsOf([...first, ...second, ...third]);
        expect(idsOf(await all(store.read(stream)))).toEqual(ids);
      });

      test('events of which only some are there are a conflict', async () => {
        const [one, two, three] = newEvents(3) as [NewEvent, NewEvent, NewEvent];
        await store.append(stream, 0, [one, two]);
        const conflict = { kind: 'conflict', version: 2 };
        expect(await store.append(stream, 0, [one, two, three])).toEqual(conflict);
        expect(await store.append(stream, 0, [one, three])).toEqual(conflict);
        expect(await store.append(stream, 0, [two, one])).toEqual(conflict);
        expect(await store.append(stream, 1, [two, three])).toEqual(conflict);
        expect(await store.append(stream, 0, [one])).toEqual({ kind: 'appended', version: 1 });
        expect(await all(store.read(stream))).toHaveLength(2);
      });

      test('of many appends at one version exactly one wins', async () => {
        for (let version = 0; version < 5; version += 1) {
          const tries = Array.from({ length: 16 }, () =>
            store.append(stream, version, [newEvent()]),
          );
          const answers = await Promise.all(tries);
          const won = answers.filter(({ kind }) => kind === 'appended');
          expect(won).toEqual([{ kind: 'appended', version: version + 1 }]);
          expect(new Set(answers.map((answer) => answer.version))).toEqual(new Set([version + 1]));
        }
        expect(versionsOf(await all(store.read(stream)))).toEqual([1, 2, 3, 4, 5]);
      });

      test('one append sent many times at once is one append', async () => {
        const events = newEvents(3);
        const tries = Array.from({ length: 8 }, () => store.append(stream, 0, events));
        const answers = await Promise.all(tries);
        expect(answers).toEqual(Array(8).fill({ kind: 'appended', version: 3 }));
        expect(await all(store.read(stream))).toHaveLength(3);
      });

      test('appends to many streams at once all happen', async () => {
        const names = Array.from({ length: 64 }, (_, i) => `${stream}-${i}`);
        for (let version = 0; version < 3; version += 1) {
          const appends = names.map((each) => store.append(each, version, [newEvent(version)]));
          const answers = await Promise.all(appends);
          expect(answers).toEqual(Array(64).fill({ kind: 'appended', version: version + 1 }));
        }
        for (const each of names) {
          expect(versionsOf(await all(store.read(each)))).toEqual([1, 2, 3]);
        }
      });
    });

    describe('mistakes of the program', () => {
      const mistakes: readonly (readonly [string, (s: string) => [string, number, NewEvent[]]])[] =
        [
          ['no event', (s) => [s, 0, []]],
          ['a version below 0', (s) => [s, -1, [newEvent()]]],
          ['half a version', (s) => [s, 0.5, [newEvent()]]],
          ['an id that is no UUID', (s) => [s, 0, [newEvent(0, { id: 'one' })]]],
          ['no name', () => ['', 0, [newEvent()]]],
          ["a name of the store's own", (s) => [`$${s}`, 0, [newEvent()]]],
          [
            'more than fits',
            (s) => [s, 0, [newEvent(0, { data: JSON.stringify('x'.repeat(APPEND_OCTETS_MAX)) })]],
          ],
        ];

      test.each(mistakes)('%s is one, and writes nothing', async (_, append) => {
        const tried = (async () => store.append(...append(stream)))();
        await expect(tried).rejects.toThrow(Error);
        await expect(tried).rejects.not.toHaveProperty('kind');
        expect(await store.last(stream)).toBeNull();
      });
    });

    describe('large events', () => {
      test('of the largest size come back whole', async () => {
        const rest = 'Tested'.length + '{"n":0}'.length + 2;
        const data = JSON.stringify('ab'.repeat((APPEND_OCTETS_MAX - rest) / 2));
        const event = newEvent(0, { data });
        expect(await store.append(stream, 0, [event])).toMatchObject({ kind: 'appended' });
        expect(await store.last(stream)).toMatchObject(event);
        expect(await firstOf(store, begin, 1, stream)).toMatchObject([event]);
      });

      test('of many small ones come back whole', async () => {
        const events = Array.from({ length: 4000 }, (_, i) =>
          newEvent(i, { data: JSON.stringify('y'.repeat(200)) }),
        );
        await store.append(stream, 0, events);
        expect(idsOf(await all(store.read(stream)))).toEqual(idsOf(events));
      });
    });

    followingContract(() => ({ here, store, stream, begin }), isDurable);
  });
}
