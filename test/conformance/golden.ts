import { readFileSync, writeFileSync } from 'node:fs';
import { nameOf, type Case } from './case.ts';
import type { Answer } from './client.ts';
import type { Leaf } from './leaves.ts';
import type { Walked } from './walk.ts';

const FILE = 'test/conformance/golden.jsonl';
/** What is never the same twice. */
const OF_THE_MOMENT = /\.(clock|time|firmwareVersion)$/u;

/** What was recorded of each case by name: one text an answer. */
export type Golden = ReadonlyMap<string, readonly string[]>;

/**
 * The recorded answers. Each line is one case: its name, then an answer for each command of it;
 * `=` is what the valid request of the command before the colon is answered.
 */
export function readGolden(): Golden {
  const golden = new Map<string, readonly string[]>();
  for (const line of readFileSync(FILE, 'utf8').trim().split('\n')) {
    const [name = '', ...answers] = JSON.parse(line) as string[];
    const valid = golden.get(validName(name))?.[0] ?? '';
    golden.set(
      name,
      answers.map((answer) => (answer === '=' ? valid : answer)),
    );
  }
  return golden;
}

function validName(name: string): string {
  return name.replace(/:.*/u, ': valid');
}

/** Writes the golden file anew. */
export function writeGolden(golden: Golden): void {
  const lines = [...golden].map(([name, answers]) => {
    const [valid] = name === validName(name) ? [] : (golden.get(validName(name)) ?? []);
    const short = answers.map((answer) => (answer !== '0' && answer === valid ? '=' : answer));
    return JSON.stringify([name, ...short]);
  });
  writeFileSync(FILE, `${lines.join('\n')}\n`);
}

/**
 * What several TPMs that share no secret have in common in their answers: a value in which they
 * differ is recorded as `~` and the number of its octets, or as `~` alone when that differs too.
 */
export function inCommon(walks: readonly (readonly Walked[])[]): Golden {
  const [first = [], ...others] = walks;
  return new Map(
    first.map((walked, i) => {
      if (walked.failure !== undefined)
        throw new Error(`${nameOf(walked.case)}: ${walked.failure}`);
      const answers = walked.answers.map((answer, step) =>
        common(nameOf(walked.case), [answer, ...others.map((other) => other[i]!.answers[step]!)]),
      );
      return [nameOf(walked.case), answers];
    }),
  );
}

function common(name: string, answers: readonly Answer[]): string {
  const codes = new Set(answers.map(({ code }) => code));
  const [{ code, leaves }] = answers as [Answer];
  if (codes.size > 1) throw new Error(`${name}: ${[...codes].map(hex).join(', ')}`);
  const texts = leaves.map(({ path, isOctets }, i) => {
    const values = answers.map((answer) => answer.leaves[i]?.text ?? '');
    return `${path}=${commonText(path, isOctets === true, values)}`;
  });
  return [hex(code), ...texts].join(' ');
}

function commonText(path: string, isOctets: boolean, values: readonly string[]): string {
  const [first = ''] = values;
  if (OF_THE_MOMENT.test(path)) return '~';
  if (values.every((value) => value === first)) return first;
  const isSized = isOctets && values.every(({ length }) => length === first.length);
  return isSized ? `~${first.length / 2}` : '~';
}

function hex(number: number): string {
  return number.toString(16);
}

/** Where an answer is not as recorded. */
export type Mismatch = {
  readonly of: Case;
  /** The path of the value, or `code`. */
  readonly where: string;
  readonly recorded: string;
  readonly answered: string;
};

/** A difference in one line. */
export function shownMismatch({ of, where, recorded, answered }: Mismatch): string {
  return `${nameOf(of)}, ${where}: ${answered}, recorded ${recorded}`;
}

/** Compares one case with what was recorded of it. */
export function mismatches(
  { case: one, answers, failure }: Walked,
  golden: Golden,
): readonly Mismatch[] {
  const name = nameOf(one);
  const recorded = golden.get(name);
  const about = { of: one };
  if (recorded === undefined) {
    return [{ ...about, where: 'case', recorded: 'nothing', answered: 'something' }];
  }
  if (failure !== undefined) {
    return [{ ...about, where: 'setting', recorded: 'success', answered: failure }];
  }
  return answers.flatMap((answer, i) =>
    differences(answer, recorded[i] ?? '').map((difference) => ({ ...about, ...difference })),
  );
}

function differences(answer: Answer, recorded: string) {
  const [code = '', ...texts] = recorded.split(/ (?=[\w.]+=)/u);
  const answered = hex(answer.code);
  if (code !== answered) return [{ where: 'code', recorded: code, answered }];
  const leaves = new Map(answer.leaves.map(({ path, text }: Leaf) => [path, text]));
  const missing = { where: 'values', recorded: texts.join(' '), answered: shown(answer.leaves) };
  if (texts.length !== leaves.size) return [missing];
  return texts.flatMap((text) => {
    const at = text.indexOf('=');
    const [where, value] = [text.slice(0, at), text.slice(at + 1)];
    const own = leaves.get(where) ?? 'nothing';
    return isAsRecorded(own, value) ? [] : [{ where, recorded: value, answered: own }];
  });
}

function shown(leaves: readonly Leaf[]): string {
  return leaves.map(({ path, text }) => `${path}=${text}`).join(' ');
}

function isAsRecorded(own: string, recorded: string): boolean {
  if (!recorded.startsWith('~')) return own === recorded;
  return recorded === '~' || own.length === 2 * Number(recorded.slice(1));
}
