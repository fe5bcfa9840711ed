import { inject, injectable } from 'tsyringe';
import { tpmStream, type Loaded } from '../../domain/engine/incarnation.ts';
import { eccEndorsementKeyName } from '../../domain/lineage/endorsementKeys.ts';
import { machineState, type Machine, type Snapshot } from '../../domain/machines/machine.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import { toHex } from '../../domain/structures/octets.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { familyOf, lineage, type IncarnationRow } from '../../projections/lineage.ts';
import { machines, type MachineRow } from '../../projections/machines.ts';
import type { ProjectionRun } from '../../projections/run.ts';
import type { Engine } from '../engine.ts';
import { ENGINE, PROJECTIONS, STORE } from '../tokens.ts';
import { NameOrder } from './nameOrder.ts';
import type { NotingStore } from './notingStore.ts';
import { showTime } from './showing.ts';

export type Shown = Readonly<Record<string, unknown>>;

/** Which machines: those after a name, so many at most. */
export type Page = { readonly after?: string; readonly limit?: number };

/** `next` is the name to go on after; null behind the last machine. */
export type MachinePage = { readonly machines: readonly Shown[]; readonly next: string | null };

/** How long a reader waits for views to show what was written before. */
const PATIENCE_MS = 5000;
/** So many machines are told of at a time. */
export const PAGE_MAX = 100;

/** Machines and their families, for people and programs. What was written before is in it. */
@injectable()
export class MachineReader {
  readonly #engine: Engine;
  readonly #projections: ProjectionRun;
  readonly #store: NotingStore;
  readonly #names = new NameOrder();

  constructor(
    @inject(ENGINE) engine: Engine,
    @inject(PROJECTIONS) projections: ProjectionRun,
    @inject(STORE) store: NotingStore,
  ) {
    this.#engine = engine;
    this.#projections = projections;
    this.#store = store;
  }

  /** Machines in the order of their names, from the one after a name on; and where to go on. */
  async list({ after = '', limit = PAGE_MAX }: Page): Promise<MachinePage> {
    await this.#catchUp();
    const view = this.#projections.view(machines);
    this.#names.take(view.keys(), view.size);
    const names = this.#names.after(after, limit + 1);
    const shown = names.slice(0, limit).flatMap((name) => this.#row(view.get(name)));
    return { machines: shown, next: names.length > limit ? (names[limit - 1] ?? null) : null };
  }

  #row(row: MachineRow | undefined): readonly Shown[] {
    if (row === undefined) return [];
    const { machine, createdAtMs, source } = row;
    const outside = this.#outside(machine, createdAtMs, source);
    return [{ ...outside, tpm: this.#tpmOfRow(machine) }];
  }

  /** One machine with its TPM as it is now. */
  async show(name: string): Promise<Shown> {
    const machine = await this.#engine.machines.get(name);
    await this.#catchUp();
    const row = this.#projections.view(machines).get(name);
    const state = await (await this.#engine.orchestrator.seatOf(machine))?.capture();
    return {
      ...this.#outside(machine, row?.createdAtMs ?? null, row?.source ?? null),
      tpm: state === undefined ? null : tpmNow(state),
    };
  }

  /** The whole family of a machine's TPM. */
  async lineage(name: string): Promise<Shown> {
    const machine = await this.#engine.machines.get(name);
    const { incarnation } = machine;
    if (incarnation === null) throw new Refusal('conflict', `Machine ${name} has no TPM.`);
    await this.#catchUp();
    const last = await this.#store.last(tpmStream(incarnation));
    await this.#projections.caughtUp(tpmStream(incarnation), last?.version ?? 0, PATIENCE_MS);
    const family = familyOf(this.#projections.view(lineage), incarnation);
    return {
      machine: name,
      incarnation,
      lineage: family[0]?.lineage ?? incarnation,
      incarnations: family.map(member),
    };
  }

  /** Waits until the views show what this engine has written. */
  async #catchUp(): Promise<void> {
    for (const [stream, version] of this.#store.written()) {
      await this.#projections.caughtUp(stream, version, PATIENCE_MS);
      this.#store.forget(stream, version);
    }
  }

  #outside(
    machine: Machine,
    createdAtMs: number | null,
    source: { readonly machine: string; readonly snapshot?: string } | null,
  ): Shown {
    const { name, account, host, snapshots, endpoints } = machine;
    return {
      name,
      account,
      host,
      state: machineState(machine),
      createdAt: createdAtMs === null ? null : showTime(createdAtMs),
      source,
      snapshots: [...snapshots].map(([snapshot, point]) => this.#snapshot(snapshot, point)),
      endpoints: [...endpoints].map(([id, spec]) => ({ id, ...spec })),
    };
  }

  #snapshot(name: string, { tpm, atMs }: Snapshot): Shown {
    const row = this.#projections.view(lineage).get(tpm?.incarnation ?? '');
    const place = tpm === null ? { incarnation: null, version: null } : tpm;
    const historyVersion = tpm === null ? null : (row?.inherited ?? 0) + tpm.version;
    return { name, ...place, historyVersion, at: showTime(atMs) };
  }

  #tpmOfRow({ incarnation }: Machine): Shown | null {
    const row = this.#projections.view(lineage).get(incarnation ?? '');
    if (row === undefined) return null;
    return tpmThen(row);
  }
}

function tpmNow({ tpm, head }: Loaded): Shown {
  const { identity, lifecycle } = tpm;
  const { parent } = identity;
  return {
    incarnation: identity.incarnation,
    stream: tpmStream(identity.incarnation),
    version: head.version,
    historyVersion: identity.inheritedVersions + head.version,
    lineage: identity.lineage,
    generation: identity.generation,
    parent:
      parent === null
        ? null
        : { incarnation: parent.incarnation, version: parent.version, reason: parent.reason },
    lineageCounter: Number(identity.counter),
    lineageRegister: toHex(identity.register),
    endorsement: endorsementNow(tpm),
    phase: lifecycle.phase,
  };
}

/** A hierarchy that is switched off has no key; one that is held has not got its own yet. */
function endorsementNow(tpm: Tpm): Shown {
  const { endorsement, isEndorsementHeld } = tpm.hierarchies;
  if (!endorsement.isEnabled || isEndorsementHeld) return { status: 'disabled', ekPublic: {} };
  return { status: 'enabled', ekPublic: { eccP256: toHex(eccEndorsementKeyName(tpm)) } };
}

/** A TPM as the views have it. */
function tpmThen(row: IncarnationRow): Shown {
  const { incarnation, version, inherited, isEndorsed, generation, parent } = row;
  return {
    incarnation,
    stream: tpmStream(incarnation),
    version,
    historyVersion: inherited + version,
    lineage: row.lineage,
    generation,
    parent,
    lineageCounter: row.lineageCounter,
    lineageRegister: row.lineageRegister,
    endorsement: { status: isEndorsed ? 'enabled' : 'disabled' },
  };
}

function member(row: IncarnationRow): Shown {
  const { machine, atMs, isRetired } = row;
  return { ...tpmThen(row), machine, at: showTime(atMs), isRetired };
}
