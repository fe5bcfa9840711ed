import type { ProfileName } from '../../../domain/tpm/profile.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import { Guest, type Counts } from './guest.ts';
import { History } from './history.ts';
import { observe } from './observers.ts';
import { Random } from './random.ts';
import { CURVE_SCENARIOS } from './scenarios/curves.ts';
import { KEY_SCENARIOS } from './scenarios/keys.ts';
import { NV_SCENARIOS } from './scenarios/nv.ts';
import {
  PLATFORM_SCENARIOS,
  SIGNAL_SCENARIOS,
  contexts,
  powerCycle,
} from './scenarios/platform.ts';
import { POLICY_SCENARIOS } from './scenarios/policies.ts';
import { WILD_SCENARIOS } from './scenarios/wild.ts';

/** What to choose from: everything, or what a TPM in another process can be led through as well. */
type Choice = readonly (readonly ((guest: Guest) => unknown)[])[];

const CHAPTERS: Choice = [
  [...KEY_SCENARIOS, ...CURVE_SCENARIOS],
  NV_SCENARIOS,
  PLATFORM_SCENARIOS,
  POLICY_SCENARIOS,
];

/** How many commands a twin takes between two looks at all that it tells. */
const OBSERVED_EVERY = 50;

/** Signals and time of our own making. */
const OF_ONE_TPM_ONLY = new Set<unknown>(SIGNAL_SCENARIOS);

/** The history of a TPM under at least so many sensible commands; the seed alone decides it. */
export function generate(
  seed: number,
  commands: number,
  counts: Counts = new Map(),
  profile: ProfileName = 'default',
): History {
  const history = new History(new Random(seed), profile);
  return drive(new Guest(history, counts), commands, CHAPTERS);
}

/** What a history goes through at points of its own. */
const INTERLUDES: readonly ((guest: Guest) => void)[] = [
  powerCycle,
  powerCycle,
  contexts,
  contexts,
  ({ history, random }) => {
    history.fork(random.chance(70));
  },
];

/** The same with power cycles, saved contexts and forks at random points of each history. */
export function generateForLaws(
  seed: number,
  commands: number,
  counts: Counts = new Map(),
): History {
  const random = new Random(seed);
  const guest = new Guest(new History(random), counts);
  let due = INTERLUDES.map((work) => ({ at: 5 + random.below(commands - 5), work }));
  const goThrough = (upTo: number): void => {
    const now = due.filter(({ at }) => at <= upTo);
    due = due.filter((one) => !now.includes(one));
    for (const { work } of now) work(guest);
  };
  const history = drive(guest, commands, CHAPTERS, null, () => {
    goThrough(guest.history.steps.length);
  });
  goThrough(commands);
  return history;
}

/** What was done to a TPM, so that it can be done to another one. */
export type Deeds = {
  readonly guest: Guest;
  /** How many facts there were at each look at everything, and the TPM as it was then. */
  readonly looks: readonly { readonly facts: number; readonly tpm: Tpm }[];
};

/**
 * The same as far as another process can follow, with much that is wrong in between, and a look at
 * everything now and then.
 */
export function generateForTwin(seed: number, commands: number, counts: Counts): Deeds {
  const guest = new Guest(new History(new Random(seed), 'swtpm', false), counts, true);
  const chapters = [...CHAPTERS, WILD_SCENARIOS].map((scenarios) =>
    scenarios.filter((scenario) => !OF_ONE_TPM_ONLY.has(scenario)),
  );
  const { history } = guest;
  const looks: { facts: number; tpm: Tpm }[] = [];
  drive(guest, commands, chapters, () => {
    observe(guest);
    looks.push({ facts: history.events.length, tpm: history.tpm });
  });
  return { guest, looks };
}

function drive(
  guest: Guest,
  commands: number,
  chapters: Choice,
  look: (() => void) | null = null,
  interrupt: () => void = () => undefined,
): History {
  const { history } = guest;
  history.signal({ type: 'Init' });
  guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  let observedAt = OBSERVED_EVERY;
  while (history.steps.length < commands) {
    if (look !== null && history.steps.length >= observedAt) {
      look();
      observedAt = history.steps.length + OBSERVED_EVERY;
    }
    interrupt();
    const scenarios = history.random.pick(chapters);
    attempt(guest, history.random.pick(scenarios));
    if (history.tpm.lifecycle.phase === 'started') continue;
    guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  }
  return history;
}

/** With a twin much goes wrong in between, and a scenario may lose what it counts on. */
function attempt(guest: Guest, scenario: Choice[number][number]): void {
  try {
    scenario(guest);
  } catch (error) {
    if (!guest.hasTwin || guest.history.isDeciding) throw error;
  }
}
