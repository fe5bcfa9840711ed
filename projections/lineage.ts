import { incarnationOf } from '../domain/engine/incarnation.ts';
import { machineOf } from '../domain/engine/machineLog.ts';
import { toHex } from '../domain/structures/octets.ts';
import type { TpmEvent } from '../domain/tpm/evolve.ts';
import type { MachineEvent } from '../domain/machines/machine.ts';
import { View, type ProjectedEvent, type Projection } from './projection.ts';

/** An incarnation in the family of its TPM. */
export type IncarnationRow = {
  readonly incarnation: string;
  readonly lineage: string;
  /** 0 for the original, one more for each fork since. */
  readonly generation: number;
  readonly parent: {
    readonly incarnation: string;
    readonly version: number;
    readonly reason: 'clone' | 'rollback';
  } | null;
  /** How many events of its history lie in the streams of its ancestors. */
  readonly inherited: number;
  /** The version of its stream that the row is as of. */
  readonly version: number;
  readonly atMs: number;
  readonly lineageCounter: number;
  readonly lineageRegister: string;
  readonly isEndorsed: boolean;
  readonly isRetired: boolean;
  /** The machine that runs it, or ran it last. */
  readonly machine: string | null;
};

/** All incarnations of all TPMs, by incarnation. */
export const lineage: Projection<IncarnationRow> = {
  name: 'lineage',
  version: 1,
  initial: () => new View(),
  when: (view, event) => {
    const incarnation = incarnationOf(event.stream);
    if (incarnation !== null) applyTpm(view, incarnation, event);
    else if (machineOf(event.stream) !== null) applyMachine(view, event);
  },
  versionOf: (view, stream) => view.get(incarnationOf(stream) ?? '')?.version ?? 0,
};

function applyTpm(view: View<IncarnationRow>, incarnation: string, event: ProjectedEvent): void {
  const { type, version } = event;
  const fact = CONCERNING.has(type) ? (event.fact as TpmEvent) : null;
  const born = fact === null ? null : birth(view, fact, event);
  if (born !== null) view.set(incarnation, born);
  view.change(incarnation, (row) => ({ ...row, ...(fact && changed(fact)), version }));
}

/** The facts of a TPM that its family shows; all others only raise the version. */
const CONCERNING: ReadonlySet<string> = new Set<TpmEvent['type']>([
  'TpmManufactured',
  'TpmForked',
  'Reendorsed',
  'LineageExtended',
  'TpmRetired',
]);

/** The row of an incarnation that begins with this fact, or null when none does. */
function birth(
  view: View<IncarnationRow>,
  fact: TpmEvent,
  { version, atMs }: ProjectedEvent,
): IncarnationRow | null {
  const fresh = { version, atMs, isRetired: false, machine: null };
  if (fact.type === 'TpmManufactured') {
    const { incarnation, register } = fact;
    const lineageRegister = toHex(register);
    const origin = { lineage: incarnation, generation: 0, parent: null, inherited: 0 };
    return {
      ...fresh,
      ...origin,
      incarnation,
      lineageCounter: 1,
      lineageRegister,
      isEndorsed: true,
    };
  }
  if (fact.type !== 'TpmForked') return null;
  const { incarnation, reason, inheritedVersions } = fact;
  const source = view.get(fact.parent);
  return {
    ...fresh,
    incarnation,
    lineage: source?.lineage ?? fact.parent,
    generation: (source?.generation ?? 0) + 1,
    parent: { incarnation: fact.parent, version: fact.parentVersion, reason },
    inherited: inheritedVersions,
    lineageCounter: source?.lineageCounter ?? 1,
    lineageRegister: source?.lineageRegister ?? '',
    isEndorsed: false,
  };
}

/** What a fact changes in the row of its incarnation. */
function changed(fact: TpmEvent): Partial<IncarnationRow> {
  switch (fact.type) {
    case 'Reendorsed':
      return { isEndorsed: true };
    case 'LineageExtended':
      return {
        lineage: fact.lineage,
        lineageCounter: Number(fact.counter),
        lineageRegister: toHex(fact.register),
      };
    case 'TpmRetired':
      return { isRetired: true };
    default:
      return {};
  }
}

function applyMachine(view: View<IncarnationRow>, projected: ProjectedEvent): void {
  const { type, stream } = projected;
  if (type !== 'MachineCreated' && type !== 'MachineRolledBack') return;
  const { incarnation } = projected.fact as Extract<MachineEvent, { readonly type: typeof type }>;
  const machine = machineOf(stream);
  if (incarnation !== null) view.change(incarnation, (row) => ({ ...row, machine }));
}

/** The incarnations of one family, in the order in which they came to be. */
export function familyOf(
  view: View<IncarnationRow>,
  incarnation: string,
): readonly IncarnationRow[] {
  const family = view.get(incarnation)?.lineage;
  if (family === undefined) return [];
  return [...view.values()].filter((row) => row.lineage === family);
}
