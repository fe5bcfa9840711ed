/** Where TPM clients connect to a machine: how, and at which address. */
export type EndpointSpec = {
  readonly protocol: 'swtpm' | 'mssim';
  readonly listen: string;
  readonly isRemoteAllowed: boolean;
};

/** A named point in the life of a machine's TPM (no TPM: null). */
export type Snapshot = {
  readonly tpm: { readonly incarnation: string; readonly version: number } | null;
  readonly atMs: number;
};

/**
 * A virtual machine: which incarnation of a TPM it runs, and what was asked of it.
 *
 * `incarnation` is null for a machine without a TPM.
 */
export type Machine = {
  readonly name: string;
  readonly account: string;
  readonly host: string;
  readonly incarnation: string | null;
  readonly isPoweredOn: boolean;
  readonly isPaused: boolean;
  readonly isRetired: boolean;
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly endpoints: ReadonlyMap<string, EndpointSpec>;
};

/** The facts of a machine's life. */
export type MachineEvent =
  | {
      readonly type: 'MachineCreated';
      readonly name: string;
      readonly account: string;
      readonly host: string;
      readonly incarnation: string | null;
      /** The machine it was cloned from, and the snapshot if it was one. */
      readonly source?: { readonly machine: string; readonly snapshot?: string };
      readonly isPoweredOn: boolean;
    }
  | { readonly type: 'MachinePaused' }
  | { readonly type: 'MachineResumed' }
  | { readonly type: 'MachinePowered'; readonly isOn: boolean }
  | { readonly type: 'MachineReset' }
  | { readonly type: 'SnapshotTaken'; readonly snapshot: string; readonly point: Snapshot }
  /** The machine goes on with another incarnation; `retired` answers no further command. */
  | {
      readonly type: 'MachineRolledBack';
      readonly snapshot: string;
      readonly incarnation: string | null;
      readonly retired: string | null;
      readonly isPoweredOn: boolean;
    }
  | { readonly type: 'EndpointOpened'; readonly endpoint: string; readonly spec: EndpointSpec }
  | { readonly type: 'EndpointClosed'; readonly endpoint: string }
  | { readonly type: 'MachineRetired' };

type Evolvers = {
  readonly [K in MachineEvent['type']]: (
    machine: Machine,
    event: Extract<MachineEvent, { type: K }>,
  ) => Machine;
};

const EVOLVERS: Evolvers = {
  MachineCreated: (_, event) => born(event),
  MachinePaused: (machine) => ({ ...machine, isPaused: true }),
  MachineResumed: (machine) => ({ ...machine, isPaused: false }),
  MachinePowered: (machine, { isOn }) => ({ ...machine, isPoweredOn: isOn, isPaused: false }),
  MachineReset: (machine) => machine,
  SnapshotTaken: (machine, { snapshot, point }) => ({
    ...machine,
    snapshots: new Map(machine.snapshots).set(snapshot, point),
  }),
  MachineRolledBack: (machine, { incarnation, isPoweredOn }) => ({
    ...machine,
    incarnation,
    isPoweredOn,
    isPaused: false,
  }),
  EndpointOpened: (machine, { endpoint, spec }) => ({
    ...machine,
    endpoints: new Map(machine.endpoints).set(endpoint, spec),
  }),
  EndpointClosed: (machine, { endpoint }) => {
    const endpoints = new Map(machine.endpoints);
    endpoints.delete(endpoint);
    return { ...machine, endpoints };
  },
  MachineRetired: (machine) => ({
    ...machine,
    isRetired: true,
    isPoweredOn: false,
    isPaused: false,
    endpoints: new Map(),
  }),
};

function born(event: Extract<MachineEvent, { type: 'MachineCreated' }>): Machine {
  const { name, account, host, incarnation, isPoweredOn } = event;
  return {
    name,
    account,
    host,
    incarnation,
    isPoweredOn,
    isPaused: false,
    isRetired: false,
    snapshots: new Map(),
    endpoints: new Map(),
  };
}

/** The machine after a fact; null before its creation. */
export function evolveMachine(machine: Machine | null, event: MachineEvent): Machine {
  if (machine === null) {
    if (event.type !== 'MachineCreated') throw new Error('a machine begins with its creation');
    return born(event);
  }
  const evolver = EVOLVERS[event.type] as (machine: Machine, event: MachineEvent) => Machine;
  return evolver(machine, event);
}

/** True when a type of event is known to this version. */
export function isMachineEventType(type: string): type is MachineEvent['type'] {
  return Object.hasOwn(EVOLVERS, type);
}

/** What a person sees of power, pause and retirement in one word. */
export function machineState(machine: Machine): 'off' | 'running' | 'paused' | 'retired' {
  if (machine.isRetired) return 'retired';
  if (machine.isPaused) return 'paused';
  return machine.isPoweredOn ? 'running' : 'off';
}
