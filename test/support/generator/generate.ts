import type { ProfileName } from '../../../domain/tpm/profile.ts';
import { Guest, type Counts } from './guest.ts';
import { History } from './history.ts';
import { Random } from './random.ts';
import { KEY_SCENARIOS } from './scenarios/keys.ts';
import { NV_SCENARIOS } from './scenarios/nv.ts';
import { PLATFORM_SCENARIOS } from './scenarios/platform.ts';
import { POLICY_SCENARIOS } from './scenarios/policies.ts';

const CHAPTERS = [KEY_SCENARIOS, NV_SCENARIOS, PLATFORM_SCENARIOS, POLICY_SCENARIOS];

/** The history of a TPM under at least so many sensible commands; the seed alone decides it. */
export function generate(
  seed: number,
  commands: number,
  counts: Counts = new Map(),
  profile: ProfileName = 'default',
): History {
  const history = new History(new Random(seed), profile);
  const guest = new Guest(history, counts);
  history.signal({ type: 'Init' });
  guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  while (history.steps.length < commands) {
    const scenarios = history.random.pick(CHAPTERS);
    history.random.pick(scenarios)(guest);
    if (history.tpm.lifecycle.phase === 'started') continue;
    guest.run('Startup', { startupType: 'CLEAR' }, { locality: 0 });
  }
  return history;
}
