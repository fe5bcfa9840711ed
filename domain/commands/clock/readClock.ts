import { TPMS_TIME_INFO } from '../../structures/base.ts';
import { timeInfo } from '../../tpm/clock.ts';
import { answer, command } from '../command.ts';

/** Time and Clock of now, with the counters that tell one power-up from another. */
export const readClock = command({
  code: 0x181,
  section: 'Part 3, 29.1 TPM2_ReadClock',
  handles: {},
  parameters: {},
  response: { currentTime: TPMS_TIME_INFO },
  decide: (_, { clock }, { nowMs }) => answer({ currentTime: timeInfo(clock, nowMs) }),
});
