import { recordings, replay, type Recorded } from '../fuzz/recording.ts';
import type { Circumstances } from '../../domain/commands/circumstances.ts';
import { COMMANDS } from '../../domain/commands/index.ts';
import { execute, type Outcome } from '../../domain/processor/execute.ts';
import { indicate } from '../../domain/processor/indicate.ts';
import type { Signal } from '../../domain/processor/signals.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Reader } from '../../domain/structures/wire.ts';
import { evolve, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { generate } from './generator/generate.ts';
import { mutateByGrammar } from './generator/grammar.ts';
import { primesOf, type Step } from './generator/history.ts';
import { mutate } from './generator/mutate.ts';
import { Random } from './generator/random.ts';
import { wordsOf } from './laws.ts';

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
/** How often a sequence begins at a seed, and how many commands it has. */
const SEQUENCE_PERCENT = 8;
const SEQUENCE_COMMANDS = 16;
/** How often the state before a command is compared, word for word, with itself after it. */
const OBSERVED_PERCENT = 3;
/** How many mutants that led to something new are seeds themselves, at most. */
const CORPUS_MAX = 64;
const SIGNALS: readonly Signal[] = [
  { type: 'Init' },
  { type: 'PowerOff' },
  { type: 'HashStart' },
  { type: 'HashData', data: new Uint8Array(40) },
  { type: 'HashEnd' },
  { type: 'EstablishmentReset', locality: 3 },
  { type: 'PhysicalPresence', isAsserted: true },
  { type: 'NvAvailable', isAvailable: false },
  { type: 'NvAvailable', isAvailable: true },
];

/** What mutated commands did. */
export type FuzzReport = {
  readonly commands: number;
  readonly succeeded: number;
  readonly refused: number;
  readonly sequences: number;
  readonly codes: ReadonlySet<number>;
  readonly reached: ReadonlySet<string>;
  /** Pairs of a command and a response code. */
  readonly answers: ReadonlySet<string>;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly findings: readonly string[];
};

type Running = { -readonly [K in keyof FuzzReport]: FuzzReport[K] } & {
  codes: Set<number>;
  reached: Set<string>;
  answers: Set<string>;
  findings: string[];
};

/** A request at a state of a TPM, and where it came from. */
type Seed = Pick<Step, 'before' | 'request' | 'nowMs' | 'locality'> & { readonly from: string };

/** Mutates commands of histories and recordings until there were so many, or until `isOver`. */
export function fuzz(
  seed: number,
  commands: number,
  isOver: () => boolean = () => false,
): FuzzReport {
  const fuzzer = new Fuzzer(seed, commands);
  for (let round = 0; !fuzzer.isDone && !isOver(); round += 1) fuzzer.round(seed * 1000 + round);
  return fuzzer.report;
}

const recorded: readonly (readonly [string, readonly Recorded[]])[] = [...recordings()];

/** Steps that make sense: of a generated history, or of what a stock client sent. */
function seedsOf(number: number, random: Random): readonly Seed[] {
  const [name, entries] = recorded[number % recorded.length]!;
  const isGenerated = number % 2 === 0;
  const from = isGenerated ? `generated ${number}` : name;
  const end = Math.min(entries.length, COMMANDS_EACH + random.below(entries.length));
  const { steps } = isGenerated ? generate(number, COMMANDS_EACH) : replay(entries, end);
  return steps.slice(-COMMANDS_EACH).map((step) => ({ ...step, from }));
}

class Fuzzer {
  readonly report: Running = {
    commands: 0,
    succeeded: 0,
    refused: 0,
    sequences: 0,
    codes: new Set(),
    reached: new Set(),
    answers: new Set(),
    slowestMs: 0,
    slowest: '',
    findings: [],
  };
  readonly #random: Random;
  readonly #limit: number;
  /** Mutants that were answered as none before them. */
  readonly #corpus: Seed[] = [];
  #keysMs = 0;

  constructor(seed: number, commands: number) {
    this.#random = new Random(seed);
    this.#limit = commands;
  }

  get isDone(): boolean {
    return this.report.commands >= this.#limit;
  }

  round(number: number): void {
    const seeds = [...seedsOf(number, this.#random), ...this.#corpus];
    for (const [at, seed] of seeds.entries()) {
      for (let i = 0; i < MUTANTS_EACH && !this.isDone; i += 1) this.#try(seed, this.#mutant(seed));
      if (this.#random.chance(SEQUENCE_PERCENT)) this.#sequence(seeds, at);
    }
  }

  #mutant({ before, request }: Seed): Uint8Array {
    const random = this.#random;
    const mutant = random.chance(50) ? mutateByGrammar(request, random, before) : null;
    return mutant ?? mutate(request, random);
  }

  /** The commands from a seed on, some of them changed, left out, sent twice or in other order. */
  #sequence(seeds: readonly Seed[], at: number): void {
    const random = this.#random;
    const from = seeds[at]!;
    this.report.sequences += 1;
    let { before, nowMs } = from;
    for (let i = 0; i < SEQUENCE_COMMANDS && !this.isDone; i += 1) {
      const usual = seeds[Math.min(seeds.length - 1, at + i)]!;
      const seed = random.chance(80) ? usual : random.pick(seeds);
      if (random.chance(10)) continue;
      if (random.chance(4)) before = this.#indicated(before, nowMs);
      nowMs += random.below(random.pick([2, 20_000]));
      const moved = { ...seed, before, nowMs, from: `${from.from}, in a sequence` };
      const request = random.chance(25) ? this.#mutant(moved) : seed.request;
      for (let times = random.chance(8) ? 2 : 1; times > 0; times -= 1) {
        before = this.#try({ ...moved, before }, request);
      }
    }
  }

  #indicated(tpm: Tpm, nowMs: number): Tpm {
    const around = { ...this.#around(nowMs, 0) };
    const { events } = indicate(tpm, this.#random.pick(SIGNALS), around);
    return events.reduce(evolve, tpm);
  }

  /** Keys are made once for all mutants: making them takes its time, and is no part of this. */
  #around(nowMs: number, locality: number): Circumstances {
    return {
      nowMs,
      locality,
      entropy: (count) => this.#random.octets(count),
      rsaPrimes: ({ bits, exponent }) => {
        const startedMs = performance.now();
        const primes = primesOf('mutant', bits, exponent);
        this.#keysMs += performance.now() - startedMs;
        return primes;
      },
    };
  }

  /** Sends a mutant; gives the TPM after it. */
  #try(seed: Seed, mutant: Uint8Array): Tpm {
    const { report } = this;
    const words = this.#random.chance(OBSERVED_PERCENT) ? wordsOf(seed.before) : null;
    const find = (what: string): void => {
      report.findings.push(`${what}: ${toHex(mutant)} after ${seed.from}`);
    };
    report.commands += 1;
    this.#keysMs = 0;
    const startedMs = performance.now();
    let tpm = seed.before;
    try {
      const around = this.#around(seed.nowMs, seed.locality);
      const outcome = execute(seed.before, mutant.slice(), around);
      this.#judge(seed, mutant, outcome, find);
      tpm = outcome.tpm;
    } catch (error) {
      find(`crash, ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const tookMs = performance.now() - startedMs - this.#keysMs;
    if (tookMs > report.slowestMs) {
      report.slowestMs = tookMs;
      report.slowest = nameOf(mutant);
    }
    if (tookMs > HANG_MS) find(`hang of ${tookMs.toFixed(0)} ms`);
    if (words !== null && wordsOf(seed.before) !== words) find('the state before was changed');
    return tpm;
  }

  #judge(
    seed: Seed,
    mutant: Uint8Array,
    { response, events }: Outcome,
    find: (what: string) => void,
  ): void {
    const { report } = this;
    const reader = new Reader(response);
    const tag = reader.u16();
    if (reader.u32() !== response.length) find('a response with a wrong size');
    const code = reader.u32();
    const name = nameOf(mutant);
    report.codes.add(code);
    if (name !== '') report.reached.add(name);
    const answer = `${name} ${code}`;
    if (!report.answers.has(answer)) this.#keep({ ...seed, request: mutant });
    report.answers.add(answer);
    if (code === 0) {
      report.succeeded += 1;
      return;
    }
    report.refused += 1;
    if (tag !== 0x8001 || response.length !== 10) find('a refusal that is more than its code');
    const left = events.filter((event) => !isLeftByRefusals(event));
    if (left.length > 0) find(`refused with 0x${code.toString(16)}, left ${left[0]?.type ?? ''}`);
  }

  #keep(seed: Seed): void {
    this.#corpus.push(seed);
    if (this.#corpus.length > CORPUS_MAX) this.#corpus.splice(0, 1);
  }
}

function nameOf(request: Uint8Array): string {
  if (request.length < 10) return '';
  const code = new DataView(request.buffer, request.byteOffset).getUint32(6);
  return COMMANDS.find((row) => row.code === code)?.name ?? '';
}
