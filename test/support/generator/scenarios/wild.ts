import type { Guest } from '../guest.ts';

/** What only a TPM with a twin is led through. */
export const WILD_SCENARIOS: readonly ((guest: Guest) => void)[] = [() => undefined];
