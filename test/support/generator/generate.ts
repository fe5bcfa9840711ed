import type { ProfileName } from '../../../domain/tpm/profile.ts';
import { Guest, type Counts, type Indicated, type Sent } from './guest.ts';
import { History } from './history.ts';
import { observe } from './observers.ts';
import { Random } from './random.ts';
import { CURVE_SCENARIOS } from './scenarios/curves.ts';
import { KEY_SCENARIOS } from './scenarios/keys.ts';
import { NV_SCENARIOS } from './scenarios/nv.ts';
import { PLATFORM_SCENARIOS, SIGNAL_SCENARIOS } from './scenarios/platform.ts';
import { POLICY_SCENARIOS, SIGNED_SCENARIOS } from './scenarios/policies.ts';

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

/** Signals and time of our own making, and signatures over nonces of our own. */
const OF_ONE_TPM_ONLY = new Set<unknown>([...SIGNAL_SCENARIOS, ...SIGNED_SCENARIOS]);

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

/**
 * The same as far as another process can follow: passwords alone, power cycles, measurements, and a
 * look at everything now and then. Gives all that was sent and indicated.
 */
export function generateForTwin(seed: number, commands: number): readonly (Sent | Indicated)[] {
  const guest = new Guest(new History(new Random(seed), 'swtpm'), new Map(), true);
  const chapters = CHAPTERS.map((scenarios) =>
    scenarios.filter((scenario) => !OF_ONE_TPM_ONLY.has(scenario)),
  );
  drive(guest, commands, chapters, OBSERVED_EVERY);
  return guest.sent;
}

function drive(
  guest: Guest,
  commands: number,
  chapters: Choice,
  observedEvery = Infinity,
): History {
  const { history } = guest;
  history.signal({ type: 'Init' });
  guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  let observedAt = observedEvery;
  while (history.steps.length < commands) {
    if (history.steps.length >= observedAt) {
      observe(guest);
      observedAt = history.steps.length + observedEvery;
    }
    const scenarios = history.random.pick(chapters);
    history.random.pick(scenarios)(guest);
    if (history.tpm.lifecycle.phase === 'started') continue;
    guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  }
  return history;
}
