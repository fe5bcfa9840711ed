import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasStock } from '../support/stock.ts';
import { performed, type Step } from './intents.ts';
import { compare } from './run.ts';

const FOLDER = join(import.meta.dirname, 'found');

/** What lockstep found once, each mended since: `words` say what was different. */
describe.runIf(hasStock('swtpm'))('what was found in lockstep', () => {
  it.each(readdirSync(FOLDER))('stays mended: %s', async (file) => {
    const octets = readFileSync(join(FOLDER, file), 'utf8');
    const { steps } = JSON.parse(octets) as { readonly steps: readonly Step[] };
    const run = await compare(performed(steps));
    expect(run.unexplained).toBeNull();
    expect(run.allowed).toEqual([]);
    expect(run.steps).toBe(steps.length);
  });
});
