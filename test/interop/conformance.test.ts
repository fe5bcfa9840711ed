import { describe, expect, it } from 'vitest';
import { mismatches, readGolden, shownMismatch } from '../conformance/golden.ts';
import { CASES } from '../conformance/list.ts';
import { SwtpmSide } from '../conformance/side.ts';
import { walked } from '../conformance/walk.ts';
import { hasStock } from '../support/stock.ts';

const MINUTES = 60_000;

describe.runIf(hasStock('swtpm'))('the golden file', () => {
  it('says what swtpm answers', { timeout: 5 * MINUTES }, async () => {
    const side = await SwtpmSide.start();
    try {
      const golden = readGolden();
      const found = (await walked(side, CASES)).flatMap((one) => mismatches(one, golden));
      expect(found.map(shownMismatch)).toEqual([]);
    } finally {
      await side.close();
    }
  });
});
