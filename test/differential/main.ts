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

/** A difference that is meant: which it is, and why. */
type Allowed = {
  readonly reason: string;
  readonly is: (sent: Sent, theirs: number) => boolean;
};

const OBJECT_MEMORY = 0x902;

/** As narrow as can be; each is counted in the report. */
const ALLOWED: readonly Allowed[] = [
  {
    reason: 'persistent objects are used where they are, and take no slot of the transient ones',
    is: ({ command, input }, theirs) =>
      theirs === OBJECT_MEMORY &&
      command.handles.some(({ name }) => Number(input[name]) >>> 24 === 0x81),
  },
];

/** Where the two part, in words. */
function difference({ command, authorizations, locality, response }: Sent, theirs: number): string {
  const [own, other] = [response.code, theirs].map((code) => `0x${code.toString(16)}`);
  const ways = authorizations.map(({ handle }) => handle.toString(16)).join(' ');
  return `${command.name} (by ${ways || 'nobody'}, locality ${locality}): ${own}, swtpm ${other}`;
}

type Run = {
  readonly steps: number;
  readonly allowed?: Allowed;
  readonly unexplained?: string;
};

/** One run from the factory on; it ends at the first difference, behind which all would differ. */
async function run(seed: number, steps: number): Promise<Run> {
  const twin = await Twin.start();
  try {
    const sent = generateForTwin(seed, steps);
    for (const [i, one] of sent.entries()) {
      const theirs = await twin.answer(one);
      const { parting } = theirs;
      if (theirs.code === one.response.code && parting === null) continue;
      if (parting !== null) {
        const what = `${one.command.name}, ${parting.where}: ${parting.ours}, swtpm ${parting.theirs}`;
        return { steps: i + 1, unexplained: `seed ${seed}, step ${i + 1}: ${what}` };
      }
      const allowed = ALLOWED.find(({ is }) => is(one, theirs.code));
      if (allowed !== undefined) return { steps: i + 1, allowed };
      const where = `seed ${seed}, step ${i + 1}`;
      return { steps: i + 1, unexplained: `${where}: ${difference(one, theirs.code)}` };
    }
    return { steps: sent.length };
  } finally {
    await twin.close();
  }
}

let [steps, runs] = [0, 0];
const unexplained: string[] = [];
const allowed = new Map<Allowed, number>();
while (steps < limit && performance.now() < endMs) {
  const made = await run(firstSeed + runs, Math.min(STEPS_A_RUN, limit - steps));
  steps += made.steps;
  runs += 1;
  if (made.unexplained !== undefined) unexplained.push(made.unexplained);
  if (made.allowed !== undefined) allowed.set(made.allowed, (allowed.get(made.allowed) ?? 0) + 1);
}
for (const line of unexplained.slice(0, SHOWN_MAX)) console.log(line);
for (const [{ reason }, count] of allowed) console.log(`allowed ${count} times: ${reason}`);
const allowedCount = [...allowed.values()].reduce((sum, count) => sum + count, 0);
const counts = [
  `${steps} steps in ${runs} runs`,
  `${steps} comparisons`,
  `${allowedCount} allowed`,
];
console.log(`${counts.join(', ')}, ${unexplained.length} unexplained`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
