import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../domain/commands/index.ts';
import { forkLaw, passagesOf, redecideLaw, replayLaw } from '../support/laws.ts';
import { generateForLaws } from '../support/generator/generate.ts';
import type { Counts } from '../support/generator/guest.ts';
import type { History } from '../support/generator/history.ts';
import { Random } from '../support/generator/random.ts';

const SEED = 1000;
const SEQUENCES = 60;
const SEQUENCES_MAX = 300;
const COMMANDS_EACH = 60;

const counts: Counts = new Map();
const histories: readonly History[] = Array.from({ length: SEQUENCES }, (_, i) =>
  generateForLaws(SEED + i, COMMANDS_EACH, counts),
);

describe('the laws of a history, over generated ones', () => {
  test('replaying the log gives the same state', () => {
    for (const history of histories) expect(replayLaw(history)).toBeNull();
  });

  test('deciding again with the recorded circumstances gives the same octets and facts', () => {
    for (const { steps } of histories) {
      for (const step of steps) expect(redecideLaw(step)).toBeNull();
    }
  });

  test('a fork equals its parent at that point, save what the fork itself changes', () => {
    const random = new Random(7);
    for (const history of histories) {
      const version = 1 + random.below(history.events.length);
      expect(forkLaw(history, version)).toBeNull();
    }
  });

  test('all of them have power cycles and forks, most saved contexts', () => {
    const passages = histories.map(passagesOf);
    expect(passages.filter(({ powerCycles, forks }) => powerCycles < 1 || forks < 1)).toEqual([]);
    expect(passages.filter(({ contextsSaved }) => contextsSaved > 0).length).toBeGreaterThan(40);
    expect(passages.filter(({ contextsLoaded }) => contextsLoaded > 0).length).toBeGreaterThan(30);
  });

  test('every command succeeds in some of them, or soon after', () => {
    const never = (): readonly string[] =>
      COMMANDS.map(({ name }) => name).filter((name) => (counts.get(name)?.succeeded ?? 0) === 0);
    for (let i = SEQUENCES; never().length > 0 && i < SEQUENCES_MAX; i += 1) {
      generateForLaws(SEED + i, COMMANDS_EACH, counts);
    }
    expect(never()).toEqual([]);
  });
});
