import { inject, injectable } from 'tsyringe';
import { exportHeads } from '../../domain/engine/heads.ts';
import { history, locate, stretchesOf, type HistoryEntry } from '../../domain/engine/history.ts';
import { StoreError } from '../../domain/engine/eventStore.ts';
import { loadIncarnation, tpmStream, type Loaded } from '../../domain/engine/incarnation.ts';
import {
  differences,
  inspect,
  type Difference,
  type Inspection,
} from '../../domain/engine/inspection.ts';
import type { Verdict } from '../../domain/engine/verification.ts';
import { snapshotOf } from '../../domain/machines/decisions.ts';
import type { Machine } from '../../domain/machines/machine.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import type { ProjectionRun } from '../../projections/run.ts';
import type { Engine } from '../engine.ts';
import { ENGINE, PROJECTIONS, STORE } from '../tokens.ts';
import type { NotingStore } from './notingStore.ts';
import { showEntry, type ShownEvent } from './showing.ts';
import { headsOf, verify } from './verify.ts';

export type HistoryRequest = {
  readonly from?: number;
  readonly to?: number;
  readonly types?: readonly string[];
  readonly limit?: number;
  /** How long to wait for the first event when there is none yet. */
  readonly waitMs?: number;
};

/** A page of a history; `next` is the version to go on from, null when `to` is reached. */
export type HistoryPage = {
  readonly incarnation: string;
  /** How many events lie in the streams of its ancestors. */
  readonly inherited: number;
  readonly events: readonly ShownEvent[];
  readonly next: number | null;
};

/** A point in the life of a machine's TPM; none of them is now. */
export type Point = {
  readonly at?: number;
  readonly time?: string;
  readonly snapshot?: string;
};

const PAGE_MAX = 1000;
/** How many events are looked at for one page, however few of them are wanted. */
const SCAN_MAX = 10_000;

/** Looks at what was: histories, states at a point, differences, signed heads, verdicts. */
@injectable()
export class Forensics {
  readonly #engine: Engine;
  readonly #store: NotingStore;
  readonly #projections: ProjectionRun;

  constructor(
    @inject(ENGINE) engine: Engine,
    @inject(STORE) store: NotingStore,
    @inject(PROJECTIONS) projections: ProjectionRun,
  ) {
    this.#engine = engine;
    this.#store = store;
    this.#projections = projections;
  }

  async history(name: string, request: HistoryRequest): Promise<HistoryPage> {
    const incarnation = await this.#incarnationOf(name);
    const from = request.from ?? 1;
    const inherited = await this.#inherited(incarnation);
    if (request.waitMs !== undefined) {
      const streamVersion = Math.max(1, from - inherited);
      await this.#projections.caughtUp(tpmStream(incarnation), streamVersion, request.waitMs);
    }
    const { to = Number.MAX_SAFE_INTEGER, types, limit = PAGE_MAX } = request;
    const last = Math.min(to, from + SCAN_MAX - 1);
    const events: ShownEvent[] = [];
    let next = from;
    try {
      for await (const entry of history(this.#store, incarnation, from, last)) {
        next = entry.version + 1;
        if (types === undefined || types.includes(entry.fact.type)) events.push(showEntry(entry));
        if (events.length === Math.min(limit, PAGE_MAX)) break;
      }
    } catch (error) {
      // What can be read is given; the page that begins with what cannot be read tells why.
      if (!(error instanceof StoreError) || next === from) throw error;
    }
    return { incarnation, inherited, events, next: next > to ? null : next };
  }

  async state(name: string, point: Point): Promise<Inspection> {
    const machine = await this.#engine.machines.get(name);
    const incarnation = await this.#incarnationOf(name);
    if (point.at !== undefined) return this.#stateAt(name, incarnation, point.at);
    if (point.time !== undefined) return this.#stateAtTime(name, incarnation, point.time);
    if (point.snapshot !== undefined) return this.#stateOfSnapshot(machine, point.snapshot);
    const seat = await this.#engine.orchestrator.seatOf(machine);
    if (seat === null) throw new Refusal('conflict', `Machine ${name} has no TPM.`);
    const state = await seat.capture();
    return inspect(state.tpm, historyVersion(state), this.#engine.ports.clock.nowMs());
  }

  async diff(name: string, from: number, to: number): Promise<readonly Difference[]> {
    const incarnation = await this.#incarnationOf(name);
    const before = await this.#stateAt(name, incarnation, from);
    const after = await this.#stateAt(name, incarnation, to);
    return differences(before, after).map((difference) => {
      const { path, before: was = null, after: is = null } = difference;
      return { path, before: was, after: is };
    });
  }

  verify(machine: string | null, headsNote: string | null): AsyncIterable<Verdict> {
    const engine = this.#engine;
    const store = this.#store;
    return (async function* () {
      const trusted = await engine.ports.keyRing.publicKey();
      yield* verify(store, { machine, heads: headsOf(headsNote, trusted) });
    })();
  }

  heads(): Promise<string> {
    return exportHeads(this.#store, this.#engine.ports.keyRing);
  }

  async #incarnationOf(name: string): Promise<string> {
    const { incarnation } = await this.#engine.machines.get(name);
    if (incarnation !== null) return incarnation;
    throw new Refusal('conflict', `Machine ${name} has no TPM.`);
  }

  /** How many events of a history lie in the streams of its ancestors. */
  async #inherited(incarnation: string): Promise<number> {
    return (await stretchesOf(this.#store, incarnation)).at(-1)?.inherited ?? 0;
  }

  async #stateAt(name: string, incarnation: string, version: number): Promise<Inspection> {
    const entry = await this.#entryAt(incarnation, version);
    if (entry !== null) return this.#inspect(incarnation, entry, entry.atMs);
    throw new Refusal('not-found', `The TPM of machine ${name} has no version ${version}.`, 'at');
  }

  async #stateAtTime(name: string, incarnation: string, time: string): Promise<Inspection> {
    const timeMs = Date.parse(time);
    let latest: HistoryEntry | null = null;
    for await (const entry of history(this.#store, incarnation)) {
      if (entry.atMs > timeMs) break;
      latest = entry;
    }
    if (latest !== null) return this.#inspect(incarnation, latest, timeMs);
    throw new Refusal('not-found', `The TPM of machine ${name} did not exist at ${time}.`, 'time');
  }

  async #stateOfSnapshot(machine: Machine, snapshot: string): Promise<Inspection> {
    const { tpm, atMs } = snapshotOf(machine, snapshot);
    if (tpm === null) throw new Refusal('conflict', `Snapshot ${snapshot} is without a TPM.`);
    const state = await this.#load(tpm.incarnation, tpm.version);
    return inspect(state.tpm, historyVersion(state), atMs);
  }

  async #entryAt(incarnation: string, version: number): Promise<HistoryEntry | null> {
    for await (const entry of history(this.#store, incarnation, version, version)) return entry;
    return null;
  }

  async #inspect(incarnation: string, entry: HistoryEntry, nowMs: number): Promise<Inspection> {
    const place = await locate(this.#store, incarnation, entry.version);
    if (place === null) throw new Error('an entry of a history has a place');
    const { tpm } = await this.#load(place.incarnation, place.version);
    return inspect(tpm, entry.version, nowMs);
  }

  async #load(incarnation: string, version: number): Promise<Loaded> {
    const loaded = await loadIncarnation(this.#engine.ports, incarnation, version);
    if (loaded !== null) return loaded;
    throw new Refusal('damaged', `The history of incarnation ${incarnation} is missing.`);
  }
}

function historyVersion({ tpm, head }: Loaded): number {
  return tpm.identity.inheritedVersions + head.version;
}
