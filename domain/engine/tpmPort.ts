import type { Signal, SignalOutcome } from '../processor/signals.ts';

/** What a platform can read of a TPM from outside, without a command. */
export type TpmStatus = {
  /** Power is applied: _TPM_Init happened and no power-off since. */
  readonly isPowered: boolean;
  /** tpmEstablished: a dynamic root of trust was measured and not reset since. */
  readonly isEstablished: boolean;
};

/**
 * One TPM as reception sees it: the end of a wire, whoever serves it.
 *
 * An endpoint holds one of these for its machine; after a rollback the same port leads to the new
 * incarnation. Requests of one TPM are decided one at a time, in the order of the calls.
 */
export interface TpmPort {
  /**
   * Decides one command. `request` is a whole command as its header's commandSize says (the view is
   * only valid during the call), `locality` 0-4 or 32-255. The answer is always a complete
   * response; it comes at once when the command changes nothing, and otherwise after its facts are
   * durable. Never rejects: what fails inside is a response code.
   */
  execute(request: Uint8Array, locality: number): Uint8Array | Promise<Uint8Array>;

  /** Conveys a platform signal; resolves when its facts are durable. Never rejects. */
  signal(signal: Signal): Promise<SignalOutcome>;

  /** The state of the wires, as of the last durable fact. May load the TPM. Never rejects. */
  status(): Promise<TpmStatus>;
}
