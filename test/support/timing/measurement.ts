import type { Random } from '../generator/random.ts';
import { greatestDifference, median, type Difference } from './welch.ts';

/** Something secret-dependent whose time must not tell one class of inputs from the other. */
export type Target = {
  readonly name: string;
  /** What the first class is, and the second. */
  readonly classes: readonly [string, string];
  /** Which part of the samples it gets: work that takes long gets fewer. */
  readonly share: number;
  /** How often one sample does the work: short work is repeated until the clock sees it. */
  readonly repeats: number;
  /**
   * The work on a fresh input of a class. Whatever depends on the class is done here, beforehand.
   * Its answer is what an outsider sees, and has to be the same for both classes.
   */
  readonly prepare: (isSecond: boolean) => () => unknown;
};

/** What the measurement of a target gave. */
export type Measured = Difference & {
  readonly samples: number;
  readonly medianMs: number;
  /** Answers by which the classes can be told apart without a clock. */
  readonly answers: string | null;
};

const BATCH = 250;
/** How much is done before anything counts: by then the compiler has seen both classes. */
const WARM_UP_PART = 0.1;

/**
 * Times a target as dudect does: inputs are made beforehand in batches, which class comes next is
 * drawn for each of them, and the work of both goes through the same call. So whatever else happens
 * on the machine meets both classes alike; it blurs the difference and cannot make one.
 * Reparaz, Balasch and Verbauwhede, Dude, is my code constant time?
 */
export function measure(
  target: Target,
  samples: number,
  random: Random,
  isOver: () => boolean,
): Measured {
  const times = new Float64Array(samples);
  const classes = new Uint8Array(samples);
  const answers = [new Set<string>(), new Set<string>()] as const;
  const warmUp = Math.ceil(samples * WARM_UP_PART);
  let count = -warmUp;
  while (count < samples && !(count > 0 && isOver())) {
    const drawn = Array.from({ length: BATCH }, () => random.below(2) as 0 | 1);
    const works = drawn.map((one) => target.prepare(one === 1));
    for (let i = 0; i < BATCH && count < samples; i += 1, count += 1) {
      const time = timeOf(works[i]!, target.repeats);
      if (count < 0) answers[drawn[i]!].add(String(works[i]!()));
      else [times[count], classes[count]] = [time, drawn[i]!];
    }
  }
  const taken = times.subarray(0, count);
  const [first, second] = answers.map((set) => [...set].sort().join(' or '));
  return {
    ...greatestDifference(taken, classes.subarray(0, count)),
    samples: count,
    medianMs: median(taken) / target.repeats,
    answers: first === second ? null : `${first ?? ''} and ${second ?? ''}`,
  };
}

let unused: unknown;

function timeOf(work: () => unknown, repeats: number): number {
  const started = performance.now();
  for (let i = 0; i < repeats; i += 1) unused = work();
  return performance.now() - started;
}

/** The last answer: that somebody may ask for it keeps the work from being left out. */
export function lastAnswer(): unknown {
  return unused;
}
