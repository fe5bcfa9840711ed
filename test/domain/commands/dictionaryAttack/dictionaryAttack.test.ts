import { describe, expect, it } from 'vitest';
import { dictionaryAttackLockReset } from '../../../../domain/commands/dictionaryAttack/dictionaryAttackLockReset.ts';
import { dictionaryAttackParameters } from '../../../../domain/commands/dictionaryAttack/dictionaryAttackParameters.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import {
  DICTIONARY_ATTACK_DEFAULTS,
  failedTriesAt,
  healed,
  isInLockout,
  isLockoutAuthBlocked,
} from '../../../../domain/tpm/dictionaryAttack.ts';
import type { TpmEvent } from '../../../../domain/tpm/evolve.ts';
import { given } from '../../../support/given.ts';
import { NOW_MS, started } from '../../../support/tpms.ts';

const lockHandle = TPM_RH.LOCKOUT;
const FAILED: TpmEvent = { type: 'LockoutCounted', failedTries: 3, timeMs: 0n };

describe('dictionaryAttackLockReset', () => {
  it('forgives all tries', () => {
    const { tpm } = given(started(), FAILED).when(dictionaryAttackLockReset, { lockHandle });
    expect(isInLockout(tpm.dictionaryAttack, 0n)).toBe(false);
    expect(tpm.dictionaryAttack.failedTries).toBe(0);
  });
});

describe('dictionaryAttackParameters', () => {
  const set = { lockHandle, newMaxTries: 5, newRecoveryTime: 10, lockoutRecovery: 0 };

  it('keeps the tries that failed, less those that came back by then', () => {
    given(started(), FAILED)
      .when(dictionaryAttackParameters, set, { nowMs: NOW_MS + 1_500_000 })
      .then([
        {
          type: 'DictionaryAttackParametersSet',
          maxTries: 5,
          recoveryTimeS: 10,
          lockoutRecoveryS: 0,
          failedTries: 2,
          timeMs: 1_000_000n,
        },
      ]);
  });

  it('locks at once with fewer tries than failed', () => {
    const { tpm } = given(started(), { ...FAILED, failedTries: 1 }).when(
      dictionaryAttackParameters,
      { ...set, newMaxTries: 1 },
    );
    expect(isInLockout(tpm.dictionaryAttack, 0n)).toBe(true);
  });
});

describe('recovery', () => {
  const state = { ...DICTIONARY_ATTACK_DEFAULTS, failedTries: 3, lockoutAuthBlockedMs: 500n };

  it('gives one try back every recoveryTime', () => {
    const at = [0n, 999_999n, 1_000_000n, 2_000_000n, 3_000_000n, 9_000_000n];
    expect(at.map((timeMs) => failedTriesAt(state, timeMs))).toEqual([3, 3, 2, 1, 0, 0]);
    expect(healed(state, 1_700_000n)).toMatchObject({ failedTries: 2, sinceMs: 1_000_000n });
  });

  it('counts more tries than there are now, and none without a recoveryTime', () => {
    expect(failedTriesAt({ ...state, maxTries: 2 }, 0n)).toBe(3);
    expect(failedTriesAt({ ...state, recoveryTimeS: 0 }, 0n)).toBe(0);
    expect(isInLockout({ ...state, failedTries: 0, maxTries: 0 }, 0n)).toBe(true);
  });

  it('gives lockoutAuth back after its own time', () => {
    expect(isLockoutAuthBlocked(state, 1_000_499n)).toBe(true);
    expect(isLockoutAuthBlocked(state, 1_000_500n)).toBe(false);
    expect(healed(state, 1_000_500n).lockoutAuthBlockedMs).toBeNull();
  });
});
