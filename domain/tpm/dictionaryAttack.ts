/**
 * Protection against guessing: how many tries failed, and how tries come back with time.
 *
 * `failedTries` is the count at `sinceMs` (a value of Time); one try comes back every
 * `recoveryTimeS`. `lockoutAuthBlockedMs` is Time when a wrong lockoutAuth closed it, or null;
 * `lockoutRecoveryS` of zero means until the next Startup. Part 1, 19.8 Dictionary Attack Protection
 */
export type DictionaryAttack = {
  readonly failedTries: number;
  readonly sinceMs: bigint;
  readonly maxTries: number;
  readonly recoveryTimeS: number;
  readonly lockoutRecoveryS: number;
  readonly lockoutAuthBlockedMs: bigint | null;
};

/** The facts about failed tries. */
export type DictionaryAttackEvent =
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

/** Failed tries that count at a moment of Time: one is forgiven every recoveryTime. */
export function failedTriesAt(state: DictionaryAttack, timeMs: bigint): number {
  if (state.recoveryTimeS === 0) return 0;
  const forgiven = Number((timeMs - state.sinceMs) / (BigInt(state.recoveryTimeS) * 1000n));
  return Math.max(0, state.failedTries - Math.max(0, forgiven));
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
};
