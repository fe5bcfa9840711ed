import { Refusal, requireName } from './refusal.ts';
import type { EndpointSpec, Machine, MachineEvent, Snapshot } from './machine.ts';

function requireAlive(machine: Machine): void {
  if (machine.isRetired) throw new Refusal('conflict', `Machine ${machine.name} is retired.`);
}

/** Pauses: the TPM answers nothing until the machine is resumed. */
export function pause(machine: Machine): readonly MachineEvent[] {
  requireAlive(machine);
  if (machine.isPaused) return [];
  if (!machine.isPoweredOn) {
    throw new Refusal('conflict', `Machine ${machine.name} is off: there is nothing to pause.`);
  }
  return [{ type: 'MachinePaused' }];
}

/** Resumes a paused machine; one that is not paused stays as it is. */
export function resume(machine: Machine): readonly MachineEvent[] {
  requireAlive(machine);
  return machine.isPaused ? [{ type: 'MachineResumed' }] : [];
}

/** Switches power; `reset` needs it on. */
export function power(machine: Machine, state: 'on' | 'off' | 'reset'): readonly MachineEvent[] {
  requireAlive(machine);
  if (state === 'reset') {
    if (!machine.isPoweredOn) {
      throw new Refusal('conflict', `Machine ${machine.name} is off: it cannot be reset.`);
    }
    return [{ type: 'MachineReset' }];
  }
  const isOn = state === 'on';
  return machine.isPoweredOn === isOn ? [] : [{ type: 'MachinePowered', isOn }];
}

/** Names a point in the machine's life; a name is used once. */
export function takeSnapshot(
  machine: Machine,
  snapshot: string,
  point: Snapshot,
): readonly MachineEvent[] {
  requireAlive(machine);
  requireName('snapshot', snapshot);
  if (machine.snapshots.has(snapshot)) {
    throw new Refusal('conflict', `Machine ${machine.name} has a snapshot ${snapshot} already.`);
  }
  return [{ type: 'SnapshotTaken', snapshot, point }];
}

/** The snapshot of that name; refused as `not-found` when there is none. */
export function snapshotOf(machine: Machine, snapshot: string): Snapshot {
  const point = machine.snapshots.get(snapshot);
  if (point === undefined) {
    throw new Refusal(
      'not-found',
      `Machine ${machine.name} has no snapshot ${snapshot}.`,
      'snapshot',
    );
  }
  return point;
}

/** Opens an endpoint to the machine's TPM under a new id. */
export function openEndpoint(
  machine: Machine,
  endpoint: string,
  spec: EndpointSpec,
): readonly MachineEvent[] {
  requireAlive(machine);
  if (machine.incarnation === null) {
    throw new Refusal('conflict', `Machine ${machine.name} has no TPM to connect to.`);
  }
  return [{ type: 'EndpointOpened', endpoint, spec }];
}

/** Closes an endpoint; refused as `not-found` when the machine has none of that id. */
export function closeEndpoint(machine: Machine, endpoint: string): readonly MachineEvent[] {
  if (!machine.endpoints.has(endpoint)) {
    throw new Refusal('not-found', `Machine ${machine.name} has no endpoint ${endpoint}.`);
  }
  return [{ type: 'EndpointClosed', endpoint }];
}

/** Ends the machine for good: its history stays readable. Twice is once. */
export function retire(machine: Machine): readonly MachineEvent[] {
  return machine.isRetired ? [] : [{ type: 'MachineRetired' }];
}
