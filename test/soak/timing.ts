import { Random } from '../support/generator/random.ts';
import { AUTHORIZATION_TARGETS } from '../support/timing/authorizationTargets.ts';
import { COMMAND_TARGETS } from '../support/timing/commandTargets.ts';
import { INTEGRITY_TARGETS } from '../support/timing/integrityTargets.ts';
import { KEY_TARGETS } from '../support/timing/keyTargets.ts';
import { LEAKS } from '../support/timing/leaks.ts';
import { lastAnswer, measure, type Measured, type Target } from '../support/timing/measurement.ts';
import { UNLIMITED, soakArguments } from './arguments.ts';

/** Beyond this a difference is no accident: one measurement in some ten thousand comes to it. */
const T_MAX = 4.5;
/** What a target is given at least, however short the time. */
const SAMPLES_MIN = 500;

const TARGETS = [
  ...AUTHORIZATION_TARGETS,
  ...INTEGRITY_TARGETS,
  ...KEY_TARGETS,
  ...COMMAND_TARGETS,
];

const given = soakArguments({ samples: 100_000, seconds: UNLIMITED, seed: 1 });
const secondsEach = given.seconds / (TARGETS.length + LEAKS.length);
const random = new Random(given.seed);

function measured(target: Target): Measured {
  const endMs = performance.now() + secondsEach * 1000;
  const samples = Math.max(SAMPLES_MIN, Math.round(given.samples * target.share));
  return measure(target, samples, random, () => performance.now() >= endMs);
}

/** One line: the difference, how much was measured, and the least difference that is seen so. */
function print({ name, classes }: Target, found: Measured, isRight: boolean): void {
  const { t, percentile, error, samples, medianMs } = found;
  const figures = [
    `t ${t.toFixed(2).padStart(7)} up to ${String(percentile).padStart(3)} %`,
    `${String(samples).padStart(6)} samples of ${(medianMs * 1000).toFixed(1).padStart(6)} us`,
    `sees ${(T_MAX * error * 1e6).toFixed(0).padStart(5)} ns`,
  ];
  console.log(`${isRight ? 'ok' : 'NO'}  ${figures.join('  ')}  ${name}: ${classes.join(' / ')}`);
}

const findings: string[] = [];
for (const target of LEAKS) {
  const found = measured(target);
  const isSeen = Math.abs(found.t) > T_MAX;
  print(target, found, isSeen);
  if (!isSeen) findings.push(`${target.name}: this leak was not seen`);
}
for (const target of TARGETS) {
  const found = measured(target);
  const isTold = Math.abs(found.t) > T_MAX;
  print(target, found, !isTold);
  if (isTold) findings.push(`${target.name}: the time tells`);
  if (found.answers !== null) findings.push(`${target.name}: answers ${found.answers}`);
}
if (lastAnswer() === undefined) console.log('nothing');
for (const finding of findings) console.log(finding);
console.log(`${TARGETS.length} targets, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
