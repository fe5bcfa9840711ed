import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NameOrder } from '../../../infrastructure/hosting/nameOrder.ts';

test('gives the names after any name, whatever came when', () => {
  const name = fc.stringMatching(/^[a-z0-9-]{1,4}$/);
  const isOrdered = fc.property(
    fc.uniqueArray(name),
    fc.nat(),
    name,
    fc.nat({ max: 9 }),
    (names, cut, after, count) => {
      const order = new NameOrder();
      const early = names.slice(0, cut % (names.length + 1));
      order.take(early, early.length);
      order.take(names, names.length);
      const expected = names
        .filter((one) => one > after)
        .sort()
        .slice(0, count);
      expect(order.after(after, count)).toEqual(expected);
    },
  );
  fc.assert(isOrdered);
});
