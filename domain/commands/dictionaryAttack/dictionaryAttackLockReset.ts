import { TPMI_RH_LOCKOUT } from '../../structures/handles.ts';
import { timeAt } from '../../tpm/clock.ts';
import { command, done } from '../command.ts';

/** Forgives all failed tries. */
export const dictionaryAttackLockReset = command({
  code: 0x139,
  section: 'Part 3, 25.2 TPM2_DictionaryAttackLockReset',
  handles: { lockHandle: { codec: TPMI_RH_LOCKOUT, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  decide: (_, { clock }, { nowMs }) => done({ type: 'LockoutReset', timeMs: timeAt(clock, nowMs) }),
});
