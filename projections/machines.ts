import { machineOf } from '../domain/engine/machineLog.ts';
import { evolveMachine, isMachineEventType } from '../domain/machines/machine.ts';
import type { Machine, MachineEvent } from '../domain/machines/machine.ts';
import { View, type ProjectedEvent, type Projection } from './projection.ts';

/** A machine in the list of machines. */
export type MachineRow = {
  readonly machine: Machine;
  /** The version of the machine's stream that the row is as of. */
  readonly version: number;
  readonly createdAtMs: number;
  /** What it was cloned from. */
  readonly source: { readonly machine: string; readonly snapshot?: string } | null;
};

/** All machines by name. */
export const machines: Projection<MachineRow> = {
  name: 'machines',
  version: 1,
  initial: () => new View(),
  when: (view, event) => {
    const name = machineOf(event.stream);
    if (name !== null) apply(view, name, event);
  },
  versionOf: (view, stream) => view.get(machineOf(stream) ?? '')?.version ?? 0,
};

function apply(view: View<MachineRow>, name: string, event: ProjectedEvent): void {
  const before = view.get(name);
  if (before === undefined && event.type !== 'MachineCreated') return;
  if (!isMachineEventType(event.type)) {
    view.change(name, (row) => ({ ...row, version: event.version }));
    return;
  }
  const fact = event.fact as MachineEvent;
  const machine = evolveMachine(before?.machine ?? null, fact);
  const source = fact.type === 'MachineCreated' ? (fact.source ?? null) : (before?.source ?? null);
  const createdAtMs = before?.createdAtMs ?? event.atMs;
  view.set(name, { machine, version: event.version, createdAtMs, source });
}
