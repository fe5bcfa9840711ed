import { UINT32 } from '../../structures/codec.ts';
import { TPMI_RH_LOCKOUT } from '../../structures/handles.ts';
import { timeAt } from '../../tpm/clock.ts';
import { healed } from '../../tpm/dictionaryAttack.ts';
import { command, done } from '../command.ts';

/** Sets how many tries may fail and how they come back; the failed ones of now stay counted. */
export const dictionaryAttackParameters = command({
  code: 0x13a,
  section: 'Part 3, 25.3 TPM2_DictionaryAttackParameters',
  handles: { lockHandle: { codec: TPMI_RH_LOCKOUT, auth: 'USER' } },
  parameters: { newMaxTries: UINT32, newRecoveryTime: UINT32, lockoutRecovery: UINT32 },
  response: {},
  isNv: true,
  decide: ({ newMaxTries, newRecoveryTime, lockoutRecovery }, tpm, { nowMs }) => {
    const { failedTries, sinceMs } = healed(tpm.dictionaryAttack, timeAt(tpm.clock, nowMs));
    return done({
      type: 'DictionaryAttackParametersSet',
      maxTries: newMaxTries,
      recoveryTimeS: newRecoveryTime,
      lockoutRecoveryS: lockoutRecovery,
      failedTries,
      timeMs: sinceMs,
    });
  },
});
