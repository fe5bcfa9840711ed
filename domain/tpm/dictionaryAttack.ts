/**
 * Protection against guessing: how many tries failed, and how tries come back with time.
 *
 * `failedTries` is the count at `sinceMs` (a value of Time); one try comes back every
 * `recoveryTimeS`. `lockoutAuthBlockedMs` is Time when a wrong lockoutAuth closed it, or null;
 * `lockoutRecoveryS` of zero means until the next Startup. `isUsed`: a protected authorization
 * value was used since the last Startup or Shutdown. Part 1, 19.8 Dictionary Attack Protection
 */
export type DictionaryAttack = {
  readonly failedTries: number;
  readonly sinceMs: bigint;
  readonly maxTries: number;
  readonly recoveryTimeS: number;
  readonly lockoutRecoveryS: number;
  readonly lockoutAuthBlockedMs: bigint | null;
  readonly isUsed: boolean;
};

/** The facts about failed tries. */
export type DictionaryAttackEvent =
  /**
   * A protected authorization value is about to be compared: power must not be cut without trace.
   */
  | { readonly type: 'DictionaryAttackUsed' }
  | { readonly type: 'LockoutCounted'; readonly failedTries: number; readonly timeMs: bigint }
  | { readonly type: 'LockoutAuthBlocked'; readonly timeMs: bigint }
  | { readonly type: 'LockoutReset'; readonly timeMs: bigint }
  | {
      readonly type: 'DictionaryAttackParametersSet';
      readonly maxTries: number;
      readonly recoveryTimeS: number;
      readonly lockoutRecoveryS: number;
      readonly failedTries: number;
      readonly timeMs: bigint;
    };

type Of<K extends DictionaryAttackEvent['type']> = Extract<DictionaryAttackEvent, { type: K }>;

/** What each fact does to the protection. */
export const dictionaryAttackEvolvers = {
  DictionaryAttackUsed: (state: DictionaryAttack): DictionaryAttack => ({ ...state, isUsed: true }),
  LockoutCounted: (
    state: DictionaryAttack,
    { failedTries, timeMs }: Of<'LockoutCounted'>,
  ): DictionaryAttack => ({ ...state, failedTries, sinceMs: timeMs }),
  LockoutAuthBlocked: (
    state: DictionaryAttack,
    { timeMs }: Of<'LockoutAuthBlocked'>,
  ): DictionaryAttack => ({ ...state, lockoutAuthBlockedMs: timeMs }),
  LockoutReset: (state: DictionaryAttack, { timeMs }: Of<'LockoutReset'>): DictionaryAttack => ({
    ...state,
    failedTries: 0,
    sinceMs: timeMs,
  }),
  DictionaryAttackParametersSet: (
    state: DictionaryAttack,
    event: Of<'DictionaryAttackParametersSet'>,
  ): DictionaryAttack => ({
    ...state,
    maxTries: event.maxTries,
    recoveryTimeS: event.recoveryTimeS,
    lockoutRecoveryS: event.lockoutRecoveryS,
    failedTries: event.failedTries,
    sinceMs: event.timeMs,
  }),
};

/**
 * The protection at a moment of Time, with what came back by then: one try every recoveryTime, all
 * of them when that is zero, and lockoutAuth. What is left of a recoveryTime goes on counting.
 */
export function healed(state: DictionaryAttack, timeMs: bigint): DictionaryAttack {
  const isBlocked = isLockoutAuthBlocked(state, timeMs);
  const lockoutAuthBlockedMs = isBlocked ? state.lockoutAuthBlockedMs : null;
  if (state.failedTries === 0 || state.recoveryTimeS === 0) {
    return { ...state, failedTries: 0, lockoutAuthBlockedMs };
  }
  const recoveryMs = BigInt(state.recoveryTimeS) * 1000n;
  const elapsedMs = timeMs - state.sinceMs;
  const forgiven = elapsedMs > 0n ? elapsedMs / recoveryMs : 0n;
  return {
    ...state,
    failedTries: Math.max(0, state.failedTries - Number(forgiven)),
    sinceMs: state.sinceMs + forgiven * recoveryMs,
    lockoutAuthBlockedMs,
  };
}

/** Failed tries that count at a moment of Time. */
export function failedTriesAt(state: DictionaryAttack, timeMs: bigint): number {
  return healed(state, timeMs).failedTries;
}

/** TPM_RC_LOCKOUT for everything that is protected: too many tries failed. */
export function isInLockout(state: DictionaryAttack, timeMs: bigint): boolean {
  return failedTriesAt(state, timeMs) >= state.maxTries;
}

/** True while lockoutAuth cannot be used after a wrong one. */
export function isLockoutAuthBlocked(state: DictionaryAttack, timeMs: bigint): boolean {
  if (state.lockoutAuthBlockedMs === null) return false;
  if (state.lockoutRecoveryS === 0) return true;
  return timeMs - state.lockoutAuthBlockedMs < BigInt(state.lockoutRecoveryS) * 1000n;
}

/** What a TPM is made with, and what TPM2_Clear goes back to. */
export const DICTIONARY_ATTACK_DEFAULTS: DictionaryAttack = {
  failedTries: 0,
  sinceMs: 0n,
  maxTries: 3,
  recoveryTimeS: 1000,
  lockoutRecoveryS: 1000,
  lockoutAuthBlockedMs: null,
  isUsed: false,
};
