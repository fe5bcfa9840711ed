import { TPM_CLOCK_ADJUST } from '../../structures/base.ts';
import { TPMI_RH_PROVISION } from '../../structures/handles.ts';
import { clockAt, timeAt } from '../../tpm/clock.ts';
import { command, done } from '../command.ts';

/** The steps in 30,000ths: fine, medium (0.1 %) and coarse (1 %). Part 2, 6.7 TPM_CLOCK_ADJUST */
const STEPS = [0, 1, 30, 300];
const ADJUST_MAX = 5000;

/** Makes Time and Clock run a step faster or slower than they do, until power is lost. */
export const clockRateAdjust = command({
  code: 0x130,
  section: 'Part 3, 29.3 TPM2_ClockRateAdjust',
  presence: 'configurable',
  handles: { auth: { codec: TPMI_RH_PROVISION, auth: 'USER' } },
  parameters: { rateAdjust: TPM_CLOCK_ADJUST },
  response: {},
  decide: ({ rateAdjust: step }, { clock }, { nowMs }) => {
    const change = Math.sign(step) * (STEPS[Math.abs(step)] ?? 0);
    const adjusted = clock.rateAdjust + change;
    const rateAdjust = Math.max(-ADJUST_MAX, Math.min(ADJUST_MAX, adjusted));
    if (rateAdjust === clock.rateAdjust) return done();
    const clockMs = clockAt(clock, nowMs);
    const timeMs = timeAt(clock, nowMs);
    return done({ type: 'ClockRateAdjusted', rateAdjust, clockMs, timeMs, nowMs });
  },
});
