import type { SignalOutcome } from '../../../domain/processor/signals.ts';
import { EMPTY, u32 } from '../../../domain/structures/octets.ts';
import type { Farewell } from '../conversation.ts';

/** What happens when a client asks the simulator to end. */
export type Ending = { readonly onShutdown: () => void };

/** The u32 0 that ends every reply. */
export const ACKNOWLEDGED = u32(0);

/** The u32 1 of a request that was not carried out. */
export const DECLINED = u32(1);

/**
 * The simulator acknowledges signals that have no effect, such as those to a TPM without power;
 * only one whose facts could not be kept is declined.
 */
export function acknowledge(outcome: SignalOutcome): Uint8Array {
  return outcome === 'unavailable' ? DECLINED : ACKNOWLEDGED;
}

/** Closes the connection without an answer. */
export const goodbye: Farewell = { last: EMPTY };

/** Closes the connection without an answer and asks the owner to end. */
export function stop({ onShutdown }: Ending): Farewell {
  return { last: EMPTY, afterwards: onShutdown };
}
