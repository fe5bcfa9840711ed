import { parseArgs } from 'node:util';
import { generateForTwin } from '../support/generator/generate.ts';
import type { Counts } from '../support/generator/guest.ts';
import { ALLOWED, type Allowed } from './allowed.ts';
import { compare } from './run.ts';

const STEPS_A_RUN = 1000;
const SHOWN_MAX = 30;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    coverage: { type: 'boolean', default: false },
  },
});
const limit = Number(values.steps);
const firstSeed = Number(values.seed);

let [steps, runs] = [0, 0];
const unexplained: string[] = [];
const kinds = new Map<string, number[]>();
const allowed = new Map<Allowed, number>(ALLOWED.map((one) => [one, 0]));
const codes = new Map<string, number>();
while (steps < limit) {
  const seed = firstSeed + runs;
  const counts: Counts = new Map();
  const run = await compare(generateForTwin(seed, Math.min(STEPS_A_RUN, limit - steps), counts));
  steps += run.steps;
  runs += 1;
  for (const reason of run.allowed) allowed.set(reason, (allowed.get(reason) ?? 0) + 1);
  for (const [line, count] of run.codes) codes.set(line, (codes.get(line) ?? 0) + count);
  if (run.unexplained === null) continue;
  const { step, words, kind } = run.unexplained;
  kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
  unexplained.push(`seed ${seed}, step ${step + 1}: ${words}`);
  if (unexplained.length <= SHOWN_MAX && kinds.get(kind)?.length === 1)
    console.log(unexplained.at(-1));
}
for (const [kind, seeds] of kinds)
  console.log(`${kind}: ${seeds.length} times, seeds ${seeds.slice(0, 5).join(' ')}`);
if (values.coverage) {
  for (const [line, count] of [...codes].sort()) console.log(`${line}: ${count}`);
}
for (const [{ reason }, count] of allowed) console.log(`allowed ${count} times: ${reason}`);
const allowedCount = [...allowed.values()].reduce((sum, count) => sum + count, 0);
const counts = [
  `${steps} steps in ${runs} runs`,
  `${steps} comparisons`,
  `${allowedCount} allowed`,
];
console.log(`${counts.join(', ')}, ${unexplained.length} unexplained`);
process.exitCode = unexplained.length === 0 ? 0 : 1;
