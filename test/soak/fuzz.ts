import { fuzz } from '../support/fuzz.ts';
import { UNLIMITED, soakArguments } from './arguments.ts';

const ROUND = 10_000;
/** How much more memory may be in use at the end than after the first round. */
const GROWTH_MAX_MB = 16;

const given = soakArguments({ commands: UNLIMITED, seconds: UNLIMITED, seed: 1 });
const isBounded = given.commands < UNLIMITED || given.seconds < UNLIMITED;
const limit = isBounded ? given.commands : 100_000;
const endMs = performance.now() + given.seconds * 1000;
const isOver = (): boolean => performance.now() >= endMs;

/** What is in use once everything unreachable is gone: garbage says nothing of a leak. */
function usedMb(): number {
  if (globalThis.gc === undefined) throw new Error('run me with node --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

let [commands, succeeded, refused, sequences, slowestMs, firstMb] = [0, 0, 0, 0, 0, 0];
let slowest = '';
const answers = new Set<string>();
const codes = new Set<number>();
const reached = new Set<string>();
const findings: string[] = [];
for (let round = 0; commands < limit && !isOver(); round += 1) {
  const report = fuzz(given.seed + round, Math.min(ROUND, limit - commands), isOver);
  commands += report.commands;
  succeeded += report.succeeded;
  refused += report.refused;
  sequences += report.sequences;
  if (report.slowestMs > slowestMs) ({ slowestMs, slowest } = report);
  for (const answer of report.answers) answers.add(answer);
  for (const code of report.codes) codes.add(code);
  for (const name of report.reached) reached.add(name);
  findings.push(...report.findings);
  if (round === 0) firstMb = usedMb();
}
const lastMb = usedMb();
if (lastMb - firstMb > GROWTH_MAX_MB) {
  findings.push(`memory grew from ${firstMb.toFixed(0)} to ${lastMb.toFixed(0)} MB`);
}
for (const finding of findings.slice(0, 20)) console.log(finding);
console.log(`${succeeded} succeeded, ${refused} refused with ${codes.size} codes`);
console.log(`${reached.size} commands reached, ${answers.size} pairs of command and code`);
console.log(`${sequences} sequences; the slowest was ${slowest}, ${slowestMs.toFixed(0)} ms`);
console.log(`memory: ${firstMb.toFixed(0)} MB after the first round, ${lastMb.toFixed(0)} MB now`);
console.log(`${commands} mutated commands, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
