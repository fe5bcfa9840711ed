import {
  evolveMachine,
  isMachineEventType,
  type Machine,
  type MachineEvent,
} from '../machines/machine.ts';
import { Refusal } from '../machines/refusal.ts';
import { NO_EVENTS, disclose, enclose, follows, type Head } from './envelope.ts';
import { StoreError, type EventStore, type RecordedEvent } from './eventStore.ts';
import type { PlatformClock } from './ports.ts';

/** The stream of a machine. */
export function machineStream(name: string): string {
  return `machine-${name}`;
}

/** The name of a machine's stream, or null for another stream. */
export function machineOf(stream: string): string | null {
  return stream.startsWith('machine-') ? stream.slice(8) : null;
}

/** What the log of machines needs. */
export type MachineLogPorts = {
  readonly store: EventStore;
  readonly clock: PlatformClock;
  readonly newId: () => string;
};

type Known = { readonly machine: Machine; readonly head: Head };

const TRIES_MAX = 5;

/**
 * The machines, as decided facts in streams of their own. What is known of a machine is kept in
 * memory and checked by the version of its stream at each append.
 */
export class MachineLog {
  readonly #ports: MachineLogPorts;
  readonly #known = new Map<string, Known>();

  constructor(ports: MachineLogPorts) {
    this.#ports = ports;
  }

  /** The machine as it was last known, without asking the store; null when it is not known yet. */
  remembered(name: string): Machine | null {
    return this.#known.get(name)?.machine ?? null;
  }

  /** The machine; null when there is none of that name. */
  async find(name: string): Promise<Machine | null> {
    const known = this.#known.get(name) ?? (await this.#load(name));
    return known?.machine ?? null;
  }

  /** The machine; refused as `not-found` when there is none of that name. */
  async get(name: string): Promise<Machine> {
    const machine = await this.find(name);
    if (machine === null) throw new Refusal('not-found', `There is no machine ${name}.`, 'name');
    return machine;
  }

  /** Records the creation of a machine; refused as `conflict` when the name has been used. */
  async create(event: Extract<MachineEvent, { type: 'MachineCreated' }>): Promise<Machine> {
    const appended = await this.#append(event.name, NO_EVENTS, [event]);
    if (appended !== null) return this.#remember(event.name, null, [event], appended);
    throw new Refusal(
      'conflict',
      `The name ${event.name} has been used for a machine before.`,
      'name',
    );
  }

  /** Decides about a machine and records what follows; decides again when it has changed. */
  async change(
    name: string,
    decide: (machine: Machine) => readonly MachineEvent[],
  ): Promise<Machine> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const machine = await this.get(name);
      const head = this.#known.get(name)?.head ?? NO_EVENTS;
      const events = decide(machine);
      if (events.length === 0) return machine;
      const appended = await this.#append(name, head, events);
      if (appended !== null) return this.#remember(name, machine, events, appended);
      this.#known.delete(name);
    }
    throw new Refusal('unavailable', `Machine ${name} is being changed by others all the time.`);
  }

  #remember(
    name: string,
    before: Machine | null,
    events: readonly MachineEvent[],
    head: Head,
  ): Machine {
    const machine = events.reduce<Machine | null>(evolveMachine, before);
    if (machine === null) throw new Error('a change has at least one event');
    this.#known.set(name, { machine, head });
    return machine;
  }

  /** The head after the append, or null on a conflict. */
  async #append(name: string, head: Head, facts: readonly MachineEvent[]): Promise<Head | null> {
    const { store, clock, newId } = this.#ports;
    const stream = machineStream(name);
    const enclosed = enclose(stream, head, { facts, atMs: clock.nowMs() }, null, newId);
    for (let tries = 1; ; tries += 1) {
      try {
        const { kind } = await store.append(stream, head.version, enclosed.events);
        return kind === 'appended' ? enclosed.head : null;
      } catch (error) {
        const isUnknown = error instanceof StoreError && error.kind === 'unknown-outcome';
        if (isUnknown && tries < TRIES_MAX) continue;
        this.#known.delete(name);
        throw error;
      }
    }
  }

  async #load(name: string): Promise<Known | null> {
    let machine: Machine | null = null;
    let head = NO_EVENTS;
    for await (const event of this.#ports.store.read(machineStream(name))) {
      head = follows(head, event);
      machine = evolveMachine(machine, machineEvent(event));
    }
    if (machine === null) return null;
    const known = { machine, head };
    this.#known.set(name, known);
    return known;
  }
}

/** The fact of a recorded event of a machine; `too-new` for a type that is not known. */
function machineEvent(event: RecordedEvent): MachineEvent {
  const { stream, version, type } = event;
  if (isMachineEventType(type)) return disclose(event, null) as MachineEvent;
  const what = `Event ${version} of stream ${stream} is a ${type}`;
  throw new StoreError('too-new', `${what}, which this version does not know.`);
}
