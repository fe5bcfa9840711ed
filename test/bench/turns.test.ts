import { expect, it } from 'vitest';
import { inTurns } from '../../bench/turns.ts';

it('turns the order with every round, and does what comes after untimed', async () => {
  const done: string[] = [];
  const subject = (name: string) => ({
    once: () => Promise.resolve(done.push(name)),
    after: () => Promise.resolve(done.push(`${name} after`)),
  });
  const timings = await inTurns([subject('a'), subject('b')], 0);
  expect(timings.map(({ count }) => count > 0)).toEqual([true, true]);
  const order = done.filter((name) => name.length === 1);
  const changes = order.filter((name, i) => name !== order[i - 1]);
  // Once each to warm up, then ab, ba, ab, ba.
  expect(changes.join('')).toBe('abababa');
  expect(done.filter((name) => name === 'a after')).toHaveLength(
    done.filter((name) => name === 'a').length,
  );
});
