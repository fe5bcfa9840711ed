import { soakArguments, UNLIMITED } from '../soak/arguments.ts';
import { generateForTwin } from '../support/generator/generate.ts';
import type { Sent } from '../support/generator/guest.ts';
import { Twin } from './twin.ts';

const STEPS_A_RUN = 400;
const SHOWN_MAX = 30;

const {
  steps: limit,
  seed: firstSeed,
  seconds,
} = soakArguments({
  steps: 5000,
  seed: 1,
  seconds: UNLIMITED,
});
const endMs = performance.now() + seconds * 1000;

/** Where the two part, in words. */
function difference({ command, authorizations, locality, response }: Sent, theirs: number): string {
  const [own, other] = [response.code, theirs].map((code) => `0x${code.toString(16)}`);
  const ways = authorizations.map(({ handle }) => handle.toString(16)).join(' ');
  return `${command.name} (by ${ways || 'nobody'}, locality ${locality}): ${own}, swtpm ${other}`;
}

/** One run from the factory on; it ends at the first difference, behind which all would differ. */
async function run(seed: number, steps: number): Promise<readonly [number, string | null]> {
  const twin = await Twin.start();
  try {
    const sent = generateForTwin(seed, steps);
    for (const [i, one] of sent.entries()) {
      const theirs = await twin.answer(one);
      if (theirs.code === one.response.code) continue;
      return [i + 1, `seed ${seed}, step ${i + 1}: ${difference(one, theirs.code)}`];
    }
    return [sent.length, null];
  } finally {
    await twin.close();
  }
}

let [steps, runs] = [0, 0];
const unexplained: string[] = [];
while (steps < limit && performance.now() < endMs) {
  const [made, found] = await run(firstSeed + runs, Math.min(STEPS_A_RUN, limit - steps));
  steps += made;
  runs += 1;
  if (found !== null) unexplained.push(found);
}
for (const line of unexplained.slice(0, SHOWN_MAX)) console.log(line);
console.log(
  `${steps} steps in ${runs} runs, ${steps} comparisons, ${unexplained.length} unexplained`,
);
process.exitCode = unexplained.length === 0 ? 0 : 1;
