import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generateForTwin, type Deeds } from '../support/generator/generate.ts';
import { ALLOWED, type Allowed } from './allowed.ts';
import { performed, scriptOf, type Step } from './intents.ts';
import { compare, type Run, type Unexplained } from './run.ts';
import { shrunk } from './shrink.ts';

const STEPS_A_RUN = 1000;
const SHOWN_MAX = 30;
const FOUND = 'test/differential/found';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    /** Writes a short script of each kind of difference. */
    shrink: { type: 'boolean', default: false },
    /** Runs a script that was written, and nothing else. */
    replay: { type: 'string' },
    /** Shows so many steps of ours before each difference. */
    detail: { type: 'string' },
    /** Says at the end which commands gave which response codes how often. */
    coverage: { type: 'boolean', default: false },
  },
});

/** What came of all runs. */
class Report {
  steps = 0;
  runs = 0;
  unexplained = 0;
  readonly #kinds = new Map<string, number[]>();
  readonly #allowed = new Map<Allowed, number>(ALLOWED.map((one) => [one, 0]));
  readonly #codes = new Map<string, number>();

  add(seed: number, { steps, allowed, codes, unexplained }: Run): void {
    this.steps += steps;
    this.runs += 1;
    for (const reason of allowed) raise(this.#allowed, reason, 1);
    for (const [line, count] of codes) raise(this.#codes, line, count);
    if (unexplained === null) return;
    this.unexplained += 1;
    const { kind, step, words } = unexplained;
    const seeds = this.#kinds.get(kind) ?? [];
    this.#kinds.set(kind, [...seeds, seed]);
    if (seeds.length > 0 || this.#kinds.size > SHOWN_MAX) return;
    console.log(`seed ${seed}, step ${step + 1}: ${words}`);
  }

  print(): void {
    if (values.coverage) {
      for (const [line, count] of [...this.#codes].sort()) console.log(`${line}: ${count}`);
    }
    for (const [kind, seeds] of this.#kinds) {
      console.log(`${kind}: ${seeds.length} times, seeds ${seeds.slice(0, 5).join(' ')}`);
    }
    for (const [{ reason }, count] of this.#allowed) {
      console.log(`allowed ${count} times: ${reason}`);
    }
    const allowed = [...this.#allowed.values()].reduce((sum, count) => sum + count, 0);
    const counts = [
      `${this.steps} steps in ${this.runs} runs`,
      `${this.steps} comparisons`,
      `${allowed} allowed`,
    ];
    console.log(`${counts.join(', ')}, ${this.unexplained} unexplained`);
  }
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function show(deeds: Deeds, last: number, count: number): void {
  const { sent } = deeds.guest;
  for (const step of scriptOf(deeds).slice(Math.max(0, last + 1 - count), last + 1)) {
    const one = sent[step.id];
    const code = one === undefined || 'signal' in one ? '' : one.response.code.toString(16);
    console.log(JSON.stringify(step), code);
  }
}

/** A short script of a difference, where the next run of the tests finds it. */
async function keep(seed: number, deeds: Deeds, { kind, step, words }: Unexplained): Promise<void> {
  const steps = await shrunk(kind, scriptOf(deeds).slice(0, step + 1));
  if (steps === null) {
    console.log(`seed ${seed}: its script does not lead there again`);
    return;
  }
  const name = kind.replaceAll(/[^0-9A-Za-z]+/g, '-');
  const file = join(FOUND, `${name}.json`);
  mkdirSync(FOUND, { recursive: true });
  const lines = steps.map((one) => `  ${JSON.stringify(one)}`).join(',\n');
  const head = `"words": ${JSON.stringify(words)}, "seed": ${seed}`;
  writeFileSync(file, `{ ${head}, "steps": [\n${lines}\n] }\n`);
  console.log(`${file}: ${steps.length} steps`);
}

const report = new Report();
if (values.replay !== undefined) {
  const { steps } = JSON.parse(readFileSync(values.replay, 'utf8')) as { readonly steps: Step[] };
  report.add(0, await compare(performed(steps)));
} else {
  const limit = Number(values.steps);
  const kept = new Set<string>();
  for (let seed = Number(values.seed); report.steps < limit; seed += 1) {
    const deeds = generateForTwin(seed, Math.min(STEPS_A_RUN, limit - report.steps), new Map());
    const run = await compare(deeds);
    report.add(seed, run);
    if (values.detail !== undefined && run.unexplained !== null) {
      show(deeds, run.unexplained.step, Number(values.detail));
    }
    if (!values.shrink || run.unexplained === null || kept.has(run.unexplained.kind)) continue;
    kept.add(run.unexplained.kind);
    await keep(seed, deeds, run.unexplained);
  }
}
report.print();
process.exitCode = report.unexplained === 0 ? 0 : 1;
