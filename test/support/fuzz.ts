import { COMMANDS } from '../../domain/commands/index.ts';
import { execute } from '../../domain/processor/execute.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Reader } from '../../domain/structures/wire.ts';
import type { TpmEvent } from '../../domain/tpm/evolve.ts';
import { wordsOf } from './laws.ts';
import { generate } from './generator/generate.ts';
import { recordedCircumstances, type Step } from './generator/history.ts';
import { mutate } from './generator/mutate.ts';
import { Random } from './generator/random.ts';
import { circumstances } from './tpms.ts';

/** What a refused command may leave behind: tries that count, PINs, a launch that was given up. */
const LEFT_BY_REFUSALS: readonly TpmEvent['type'][] = [
  'DictionaryAttackUsed',
  'LockoutCounted',
  'LockoutAuthBlocked',
  'LaunchAbandoned',
];
/** A PIN that was tried is counted in its index, which is then written with a count and a limit. */
const PIN_SIZE = 8;

function isLeftByRefusals(event: TpmEvent): boolean {
  if (event.type === 'NvWritten') return event.data.length === PIN_SIZE;
  return LEFT_BY_REFUSALS.includes(event.type);
}

const HANG_MS = 1000;
const COMMANDS_EACH = 60;
const MUTANTS_EACH = 8;
/** How often the state before a command is compared, word for word, with itself after it. */
const OBSERVED_PERCENT = 3;

/** What mutated commands did. */
export type FuzzReport = {
  readonly commands: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly codes: ReadonlySet<number>;
  readonly reached: ReadonlySet<string>;
  readonly slowestMs: number;
  readonly findings: readonly string[];
};

type Running = { -readonly [K in keyof FuzzReport]: FuzzReport[K] } & {
  codes: Set<number>;
  reached: Set<string>;
  findings: string[];
};

/** Mutates commands of generated histories until there were so many, or until `isOver`. */
export function fuzz(
  seed: number,
  commands: number,
  isOver: () => boolean = () => false,
): FuzzReport {
  const report: Running = {
    commands: 0,
    succeeded: 0,
    refused: 0,
    codes: new Set(),
    reached: new Set(),
    slowestMs: 0,
    findings: [],
  };
  const random = new Random(seed);
  for (let round = 0; report.commands < commands && !isOver(); round += 1) {
    const { steps } = generate(seed * 1000 + round, COMMANDS_EACH);
    for (const step of steps) {
      for (let i = 0; i < MUTANTS_EACH && report.commands < commands; i += 1) {
        tryOne(step, mutate(step.request, random), random, report);
      }
    }
  }
  return report;
}

function tryOne(step: Step, mutant: Uint8Array, random: Random, report: Running): void {
  const before = random.chance(OBSERVED_PERCENT) ? wordsOf(step.before) : null;
  const startedMs = performance.now();
  const find = (what: string): void => {
    report.findings.push(`${what}: ${toHex(mutant)} after seed state`);
  };
  report.commands += 1;
  try {
    const around = { ...circumstances(), ...onceMore(step) };
    const { response, events } = execute(step.before, mutant, around);
    judge(mutant, response, events, report, find);
  } catch (error) {
    find(`crash, ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const tookMs = performance.now() - startedMs;
  report.slowestMs = Math.max(report.slowestMs, tookMs);
  if (tookMs > HANG_MS) find(`hang of ${tookMs.toFixed(0)} ms`);
  if (before !== null && wordsOf(step.before) !== before) find('the state before was changed');
}

/** The circumstances of a step as far as a mutant asks for the same; then fresh ones. */
function onceMore(step: Step) {
  const { nowMs, locality, rsaPrimes } = recordedCircumstances(step);
  const fresh = circumstances();
  return {
    nowMs,
    locality,
    rsaPrimes: (request: Parameters<typeof rsaPrimes>[0]) =>
      step.primes.length > 0 ? (step.primes[0] ?? rsaPrimes(request)) : fresh.rsaPrimes(request),
  };
}

function judge(
  mutant: Uint8Array,
  response: Uint8Array,
  events: readonly TpmEvent[],
  report: Running,
  find: (what: string) => void,
): void {
  const reader = new Reader(response);
  const tag = reader.u16();
  if (reader.u32() !== response.length) find('a response with a wrong size');
  const code = reader.u32();
  report.codes.add(code);
  if (mutant.length >= 10) {
    const wanted = new DataView(mutant.buffer, mutant.byteOffset).getUint32(6);
    const command = COMMANDS.find((row) => row.code === wanted);
    if (command !== undefined) report.reached.add(command.name);
  }
  if (code === 0) {
    report.succeeded += 1;
    return;
  }
  report.refused += 1;
  if (tag !== 0x8001 || response.length !== 10) find('a refusal that is more than its code');
  const left = events.filter((event) => !isLeftByRefusals(event));
  if (left.length > 0) find(`refused with 0x${code.toString(16)}, and left ${left[0]?.type ?? ''}`);
}
