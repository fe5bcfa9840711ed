import { toBase64 } from '../crypto/base64.ts';
import type { Circumstances } from '../commands/circumstances.ts';
import { sealingKey } from '../crypto/sealing.ts';
import { forkTpm, manufactureTpm, reendorseTpm } from '../lineage/lineage.ts';
import {
  closeEndpoint,
  openEndpoint,
  pause,
  power,
  resume,
  retire,
  snapshotOf,
  takeSnapshot,
} from '../machines/decisions.ts';
import type { EndpointSpec, Machine } from '../machines/machine.ts';
import { Refusal, requireName } from '../machines/refusal.ts';
import { evolve, type TpmEvent } from '../tpm/evolve.ts';
import { manufacture } from '../tpm/lineageFacts.ts';
import type { ProfileName } from '../tpm/profile.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { NO_EVENTS, enclose, seal, type Head } from './envelope.ts';
import { StoreError } from './eventStore.ts';
import { loadIncarnation, tpmStream, type Loaded } from './incarnation.ts';
import type { MachineLog } from './machineLog.ts';
import { keepMemento } from './memento.ts';
import type { Registry } from './registry.ts';
import type { Seat, SeatPorts } from './seat.ts';

/** How a machine is made. */
export type MachineSpec = {
  readonly name: string;
  readonly account?: string;
  readonly host?: string;
  readonly hasTpm?: boolean;
  readonly profile?: ProfileName;
};

/** How a machine is copied: `isHeld` stops before the copy's endorsement is founded anew. */
export type CloneSpec = {
  readonly name: string;
  readonly snapshot?: string;
  readonly isHeld?: boolean;
};

const DATA_KEY_SIZE = 32;

/**
 * The orchestration commands: what hypervisors and operators ask for. Each is durable when it
 * resolves, and refused with Refusal otherwise.
 */
export class Orchestrator {
  readonly registry: Registry;
  readonly machines: MachineLog;
  readonly #ports: SeatPorts;

  constructor(ports: SeatPorts, registry: Registry, machines: MachineLog) {
    this.#ports = ports;
    this.registry = registry;
    this.machines = machines;
  }

  /** Makes a machine, with a new TPM unless it is to have none; it is off. */
  async create(spec: MachineSpec): Promise<Machine> {
    const name = requireName('name', spec.name);
    const account = requireName('account', spec.account ?? 'default');
    const host = requireName('host', spec.host ?? 'local');
    await this.#requireFree(name);
    const incarnation = (spec.hasTpm ?? true) ? await this.#manufacture(spec.profile) : null;
    const isPoweredOn = false;
    return this.machines.create({
      type: 'MachineCreated',
      name,
      account,
      host,
      incarnation,
      isPoweredOn,
    });
  }

  /** Pauses a machine: its TPM answers with TPM_RC_RETRY until it is resumed. */
  pause(name: string): Promise<Machine> {
    return this.machines.change(name, pause);
  }

  /** Resumes a paused machine. */
  resume(name: string): Promise<Machine> {
    return this.machines.change(name, resume);
  }

  /** Switches a machine's power; its TPM follows: _TPM_Init, or power off. */
  async power(name: string, state: 'on' | 'off' | 'reset'): Promise<Machine> {
    await this.#requireUnderstood(name);
    const machine = await this.machines.change(name, (before) => power(before, state));
    const seat = await this.seatOf(machine);
    if (seat !== null) await this.#signalPower(seat, state);
    return machine;
  }

  async #signalPower(seat: Seat, state: 'on' | 'off' | 'reset'): Promise<void> {
    const { isPowered } = await seat.status();
    if (state === 'on' && isPowered) return;
    const outcome = await seat.signal({ type: state === 'off' ? 'PowerOff' : 'Init' });
    if (outcome === 'unavailable') {
      throw new Refusal('unavailable', 'The event store cannot be written to now.');
    }
  }

  /** Names the present point in the life of a machine. */
  async snapshot(name: string, snapshot: string): Promise<Machine> {
    const machine = await this.machines.get(name);
    const seat = await this.seatOf(machine);
    const captured = await seat?.capture();
    const tpm =
      machine.incarnation === null || captured === undefined
        ? null
        : { incarnation: machine.incarnation, version: captured.head.version };
    const point = { tpm, atMs: this.#ports.clock.nowMs() };
    return this.machines.change(name, (before) => takeSnapshot(before, snapshot, point));
  }

  /** Copies a machine, from now or from a snapshot; the copy has an identity of its own. */
  async clone(name: string, spec: CloneSpec): Promise<Machine> {
    const target = requireName('name', spec.name);
    const source = await this.machines.get(name);
    const from = await this.#sourceState(source, spec.snapshot);
    await this.#requireFree(target);
    const copy =
      from === null ? null : await this.#fork(from.state, 'clone', !(spec.isHeld ?? false));
    return this.machines.create({
      type: 'MachineCreated',
      name: target,
      account: source.account,
      host: source.host,
      incarnation: copy?.identity.incarnation ?? null,
      source: {
        machine: name,
        ...(spec.snapshot === undefined ? {} : { snapshot: spec.snapshot }),
      },
      isPoweredOn: copy === null ? source.isPoweredOn : copy.lifecycle.phase !== 'off',
    });
  }

  /** Ends a hold: founds the endorsement of a copy on its own identity. */
  async endorse(name: string): Promise<Machine> {
    const machine = await this.machines.get(name);
    const seat = await this.seatOf(machine);
    if (seat === null) throw new Refusal('conflict', `Machine ${name} has no TPM to endorse.`);
    await seat.record((tpm, circumstances) => {
      if (!tpm.hierarchies.isEndorsementHeld) {
        throw new Refusal('conflict', `Machine ${name} is endorsed already.`);
      }
      return reendorseTpm(tpm, circumstances);
    });
    return machine;
  }

  /** Goes back to a snapshot: a copy of that point goes on, what was since answers no more. */
  async rollback(name: string, snapshot: string): Promise<Machine> {
    const machine = await this.machines.get(name);
    if (machine.isRetired) throw new Refusal('conflict', `Machine ${name} is retired.`);
    await this.#requireUnderstood(name);
    const from = await this.#sourceState(machine, snapshot);
    const copy = from === null ? null : await this.#fork(from.state, 'rollback', true);
    const incarnation = copy?.identity.incarnation ?? null;
    const retired = machine.incarnation;
    const changed = await this.machines.change(name, (before) => {
      if (before.incarnation !== retired) {
        throw new Refusal('conflict', `Machine ${name} was rolled back by somebody else.`);
      }
      const isPoweredOn = copy === null ? before.isPoweredOn : copy.lifecycle.phase !== 'off';
      return [{ type: 'MachineRolledBack', snapshot, incarnation, retired, isPoweredOn }];
    });
    if (retired !== null) await this.#retireTpm(retired, 'rollback');
    return changed;
  }

  /** Ends a machine for good; its history stays readable. */
  async retire(name: string): Promise<Machine> {
    await this.#requireUnderstood(name);
    const machine = await this.machines.change(name, retire);
    if (machine.incarnation !== null) await this.#retireTpm(machine.incarnation, 'retired');
    return machine;
  }

  /** Records an endpoint, so that it is there again when the engine starts anew. */
  recordEndpoint(name: string, endpoint: string, spec: EndpointSpec): Promise<Machine> {
    return this.machines.change(name, (machine) => openEndpoint(machine, endpoint, spec));
  }

  /** Forgets an endpoint. */
  forgetEndpoint(name: string, endpoint: string): Promise<Machine> {
    return this.machines.change(name, (machine) => closeEndpoint(machine, endpoint));
  }

  /** The seat of the TPM that a machine runs, or null when it has none. */
  async seatOf(machine: Machine): Promise<Seat | null> {
    if (machine.incarnation === null) return null;
    const seat = await this.registry.seat(machine.incarnation);
    if (seat === null) {
      throw new Refusal('damaged', `The history of the TPM of machine ${machine.name} is missing.`);
    }
    return seat;
  }

  /** What a later version wrote is its own to go on with: throws StoreError `too-new`. */
  async #requireUnderstood(name: string): Promise<void> {
    const { incarnation } = await this.machines.get(name);
    try {
      if (incarnation !== null) await this.registry.seat(incarnation);
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'too-new') throw error;
    }
  }

  async #requireFree(name: string): Promise<void> {
    if ((await this.machines.find(name)) === null) return;
    throw new Refusal('conflict', `The name ${name} has been used for a machine before.`, 'name');
  }

  /** What a copy is made of: the TPM now, or as it was at a snapshot. */
  async #sourceState(
    machine: Machine,
    snapshot: string | undefined,
  ): Promise<{ readonly state: Loaded } | null> {
    if (snapshot === undefined) {
      const seat = await this.seatOf(machine);
      return seat === null ? null : { state: await seat.capture() };
    }
    const { tpm } = snapshotOf(machine, snapshot);
    if (tpm === null) return null;
    const captured = await this.registry.loaded(tpm.incarnation)?.capture();
    if (captured?.head.version === tpm.version) return { state: captured };
    const state = await loadIncarnation(this.#ports, tpm.incarnation, tpm.version);
    if (state === null) throw new Refusal('damaged', `Snapshot ${snapshot} has lost its history.`);
    return { state };
  }

  async #manufacture(profile: ProfileName = 'default'): Promise<string> {
    const incarnation = this.#ports.newId();
    const [made] = manufactureTpm(incarnation, profile, this.#circumstances());
    if (made?.type !== 'TpmManufactured') throw new Error('a TPM begins with its manufacture');
    await this.#begin(incarnation, [made], NO_EVENTS, null, () => manufacture(made));
    return incarnation;
  }

  /** Copies a TPM into an incarnation of its own; gives the copy. */
  async #fork(source: Loaded, reason: 'clone' | 'rollback', isEndorsed: boolean): Promise<Tpm> {
    const incarnation = this.#ports.newId();
    const circumstances = this.#circumstances();
    const { version, link } = source.head;
    const point = { incarnation: source.tpm.identity.incarnation, version, link };
    const forked = forkTpm(source.tpm, point, incarnation, reason, circumstances);
    const copy = forked.reduce<Tpm>(evolve, source.tpm);
    const endorsed = isEndorsed ? reendorseTpm(copy, circumstances) : [];
    const events = [...forked, ...endorsed];
    return this.#begin(incarnation, events, { version: 0, link }, source.key, () =>
      events.reduce<Tpm>(evolve, source.tpm),
    );
  }

  /** Appends the first events of an incarnation and keeps its first memento. */
  async #begin(
    incarnation: string,
    facts: readonly TpmEvent[],
    before: Head,
    parentKey: Uint8Array | null,
    fold: () => Tpm,
  ): Promise<Tpm> {
    const { store, keyRing, entropy, clock, blobs, newId } = this.#ports;
    const stream = tpmStream(incarnation);
    const key = entropy.draw(DATA_KEY_SIZE);
    const sealer = { key: sealingKey(key), draw: (count: number) => entropy.draw(count) };
    const wrapped = toBase64(await keyRing.wrap(key, `tpm/${incarnation}`));
    const parent =
      parentKey === null ? {} : { parentKey: seal(sealer, `${stream}/parentKey`, parentKey) };
    const batch = { facts, atMs: clock.nowMs(), keys: { key: wrapped, ...parent } };
    const { events, head } = enclose(stream, before, batch, sealer, newId);
    await store.append(stream, 0, events);
    const tpm = fold();
    await keepMemento(blobs, incarnation, { tpm, head }, sealer, wrapped);
    return tpm;
  }

  async #retireTpm(incarnation: string, reason: 'rollback' | 'retired'): Promise<void> {
    const seat = await this.registry.seat(incarnation);
    await seat?.record((tpm) => (tpm.identity.isRetired ? [] : [{ type: 'TpmRetired', reason }]));
  }

  #circumstances(): Pick<Circumstances, 'nowMs' | 'entropy'> {
    const { clock, entropy } = this.#ports;
    return { nowMs: clock.nowMs(), entropy: (count) => entropy.draw(count) };
  }
}
