import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../../domain/engine/eventStore.ts';
import { RecentEvents } from '../../../infrastructure/store/sqlite/recentEvents.ts';
import { newEvent } from '../../support/events.ts';

function at(position: number, characters = 2): RecordedEvent {
  const event = { ...newEvent(), data: 'x'.repeat(characters) };
  return { ...event, stream: 's', version: position, position: String(position) };
}

function range(from: number, to: number): readonly RecordedEvent[] {
  return Array.from({ length: to - from }, (_, i) => at(from + i));
}

const positionsOf = (events: readonly RecordedEvent[] | null): readonly number[] | undefined =>
  events?.map(({ position }) => Number(position));

test('what is given after a position is all that there is, or nothing at all', () => {
  const step = fc.record({
    gap: fc.integer({ min: 0, max: 1 }),
    count: fc.integer({ min: 1, max: 9 }),
  });
  const isWhole = fc.property(fc.array(step), fc.nat({ max: 300 }), (steps, position) => {
    const recent = new RecentEvents();
    let next = 1;
    for (const { gap, count } of steps) {
      next += gap;
      recent.push(range(next, next + count));
      next += count;
    }
    const given = positionsOf(recent.after(position));
    if (given === undefined) return;
    const expected = Array.from(
      { length: Math.max(0, next - 1 - position) },
      (_, i) => position + 1 + i,
    );
    expect(given).toEqual(expected);
  });
  fc.assert(isWhole);
});

test('whoever has the last one is told that there is no other', () => {
  const recent = new RecentEvents();
  expect(recent.after(0)).toBeNull();
  recent.push(range(5, 8));
  expect(recent.after(3)).toBeNull();
  expect(positionsOf(recent.after(4))).toEqual([5, 6, 7]);
  expect(positionsOf(recent.after(7))).toEqual([]);
});

test('what was before an event that nobody told of is forgotten', () => {
  const recent = new RecentEvents();
  recent.push(range(1, 4));
  recent.push(range(5, 7));
  expect(recent.after(3)).toBeNull();
  expect(positionsOf(recent.after(4))).toEqual([5, 6]);
});

test('it is bounded, in events and in characters', () => {
  const recent = new RecentEvents();
  for (let position = 1; position <= 10_000; position += 1) recent.push([at(position)]);
  expect(recent.after(9000)).toHaveLength(1000);
  expect(recent.after(7000)).toBeNull();
  for (let position = 10_001; position <= 10_020; position += 1) {
    recent.push([at(position, 1_000_000)]);
  }
  expect(recent.after(10_010)).toBeNull();
  expect(positionsOf(recent.after(10_017))).toEqual([10_018, 10_019, 10_020]);
});
