import type { MachineLog } from '../../domain/engine/machineLog.ts';
import type { Registry } from '../../domain/engine/registry.ts';
import type { Seat } from '../../domain/engine/seat.ts';
import type { TpmPort, TpmStatus } from '../../domain/engine/tpmPort.ts';
import { power } from '../../domain/machines/decisions.ts';
import type { Machine } from '../../domain/machines/machine.ts';
import { refusal } from '../../domain/processor/response.ts';
import type { Signal, SignalOutcome } from '../../domain/processor/signals.ts';
import { TpmError } from '../../domain/structures/tpmError.ts';

/** What is counted of the TPMs that are served; plain numbers, since every command passes here. */
export type Tally = { commands: number; signals: number; retries: number; failures: number };

export type MachinePortParts = {
  readonly machines: MachineLog;
  readonly registry: Registry;
  readonly report: (error: unknown) => void;
  readonly tally: Tally;
};

const RETRY = refusal(new TpmError('RETRY'));
const FAILURE = refusal(new TpmError('FAILURE'));
const NO_POWER: TpmStatus = { isPowered: false, isEstablished: false };

/**
 * The TPM of a machine, whichever incarnation the machine runs at the moment. A paused machine
 * answers TPM_RC_RETRY; one that is retired, has no TPM or cannot be loaded TPM_RC_FAILURE.
 */
export class MachinePort implements TpmPort {
  readonly name: string;
  readonly #parts: MachinePortParts;

  constructor(name: string, parts: MachinePortParts) {
    this.name = name;
    this.#parts = parts;
  }

  execute(request: Uint8Array, locality: number): Uint8Array | Promise<Uint8Array> {
    const { machines, registry, tally } = this.#parts;
    tally.commands += 1;
    const machine = machines.remembered(this.name);
    if (machine === null) return this.#executeLoaded(request.slice(), locality);
    const early = this.#refuse(machine);
    if (early !== null) return early;
    const seat = registry.loaded(machine.incarnation ?? '');
    if (seat === null) return this.#executeLoaded(request.slice(), locality);
    return seat.execute(request, locality);
  }

  async signal(signal: Signal): Promise<SignalOutcome> {
    this.#parts.tally.signals += 1;
    try {
      const machine = await this.#parts.machines.find(this.name);
      const seat = machine === null ? null : await this.#seatOf(machine);
      if (seat === null) return 'notPowered';
      const outcome = await seat.signal(signal);
      if (outcome === 'done') await this.#recordPower(signal);
      return outcome;
    } catch (error) {
      this.#parts.report(error);
      return 'unavailable';
    }
  }

  async status(): Promise<TpmStatus> {
    try {
      const machine = await this.#parts.machines.find(this.name);
      const seat = machine === null ? null : await this.#seatOf(machine);
      return seat === null ? NO_POWER : await seat.status();
    } catch (error) {
      this.#parts.report(error);
      return NO_POWER;
    }
  }

  /** The answer for a machine whose TPM is not to be asked, or null. */
  #refuse(machine: Machine): Uint8Array | null {
    const { tally } = this.#parts;
    if (machine.isPaused) {
      tally.retries += 1;
      return RETRY;
    }
    if (machine.incarnation !== null && !machine.isRetired) return null;
    tally.failures += 1;
    return FAILURE;
  }

  async #executeLoaded(request: Uint8Array, locality: number): Promise<Uint8Array> {
    const { machines, report, tally } = this.#parts;
    try {
      const machine = await machines.get(this.name);
      const early = this.#refuse(machine);
      if (early !== null) return early;
      const seat = await this.#seatOf(machine);
      if (seat !== null) return await seat.execute(request, locality);
    } catch (error) {
      report(error);
    }
    tally.failures += 1;
    return FAILURE;
  }

  #seatOf(machine: Machine): Promise<Seat | null> {
    const { incarnation, isRetired } = machine;
    if (incarnation === null || isRetired) return Promise.resolve(null);
    return this.#parts.registry.seat(incarnation);
  }

  /** The platform has switched its power itself: what is known of the machine follows. */
  async #recordPower(signal: Signal): Promise<void> {
    if (signal.type !== 'Init' && signal.type !== 'PowerOff') return;
    const state = signal.type === 'Init' ? 'on' : 'off';
    await this.#parts.machines.change(this.name, (machine) => power(machine, state));
  }
}
