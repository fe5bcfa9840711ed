import { UINT64 } from '../../structures/codec.ts';
import { TPMI_RH_PROVISION } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { clockAt } from '../../tpm/clock.ts';
import { command, done } from '../command.ts';

/** Far enough from the end that Clock cannot wrap in any TPM's life. */
const CLOCK_MAX_MS = 0xffff_0000_0000_0000n;

/** Sets Clock forward. Refuses with VALUE to set it back, or behind FFFF000000000000 ms. */
export const clockSet = command({
  code: 0x128,
  section: 'Part 3, 29.2 TPM2_ClockSet',
  presence: 'configurable',
  handles: { auth: { codec: TPMI_RH_PROVISION, auth: 'USER' } },
  parameters: { newTime: UINT64 },
  response: {},
  isNv: true,
  decide: ({ newTime }, { clock }, { nowMs }) => {
    const isForward = newTime >= clockAt(clock, nowMs);
    if (!isForward || newTime > CLOCK_MAX_MS) refuse('VALUE', { parameter: 1 });
    return done({ type: 'ClockSet', clockMs: newTime, nowMs });
  },
});
