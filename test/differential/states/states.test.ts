import { describe, expect, test } from 'vitest';
import { hasStock } from '../../support/stock.ts';
import { partings } from '../partings.ts';
import { Script } from '../script.ts';
import { DEEDS, REMEMBERED, liveWith } from './between.ts';
import { LIVES } from './overTime.ts';
import { allTurns, liveThrough } from './turns.ts';

const isWhole = process.env['STEMMA_INTEROP'] === 'all';
const SU = ['CLEAR', 'STATE'] as const;
const TIME_MAX_MS = 300_000;

/** All of them, or one in five where time is short. */
function some<T>(all: readonly T[]): readonly T[] {
  return isWhole ? all : all.filter((_, i) => i % 5 === 0);
}

function scripted(life: (script: Script) => void): Script {
  const script = new Script();
  life(script);
  return script;
}

describe.runIf(hasStock('swtpm'))('beside swtpm', () => {
  test.each(['none', 'CLEAR', 'STATE'] as const)(
    'every startup after a shutdown of %s finds the same',
    async (shutdown) => {
      for (const turn of some(allTurns().filter((one) => one.shutdown === shutdown))) {
        const script = scripted((fresh) => {
          liveThrough(fresh, turn);
        });
        expect(await partings(script), JSON.stringify(turn)).toEqual([]);
      }
    },
    TIME_MAX_MS,
  );

  test(
    'what cancels a shutdown is the same, but for what we remember',
    async () => {
      for (const [name, deed] of some(Object.entries(DEEDS))) {
        const found: string[] = [];
        for (const shutdownType of SU) {
          for (const startupType of SU) {
            const script = scripted((fresh) => {
              liveWith(fresh, deed, shutdownType, startupType);
            });
            found.push(...(await partings(script)));
          }
        }
        if (REMEMBERED[name] === undefined) expect(found, name).toEqual([]);
        else expect(found, name).not.toEqual([]);
      }
    },
    TIME_MAX_MS,
  );

  test.each(Object.entries(LIVES))(
    '%s are the same over time',
    async (_, lives) => {
      for (const life of some(lives)) expect(await partings(scripted(life))).toEqual([]);
    },
    TIME_MAX_MS,
  );
});
