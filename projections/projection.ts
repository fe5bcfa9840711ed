import type { Fact } from '../domain/engine/envelope.ts';

/**
 * An event as projections see it: its fact without Secrets, where it stands and when it was. What
 * is not asked for is not read: most events concern no view, and their type says so.
 */
export interface ProjectedEvent<F extends Fact = Fact> {
  readonly type: string;
  readonly stream: string;
  readonly version: number;
  /** Throws `damaged` when the event cannot be read, as `atMs` does. */
  readonly fact: F;
  readonly atMs: number;
}

/** The rows of a view by key. It is changed in place and knows which rows are not saved yet. */
export class View<Row> {
  readonly #rows = new Map<string, Row>();
  readonly #unsaved = new Set<string>();

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** In the order in which they were first set; restored ones come first. */
  keys(): IterableIterator<string> {
    return this.#rows.keys();
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  set(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.#unsaved.add(key);
  }

  /** Changes a row that is there; one that is not stays away. */
  change(key: string, change: (row: Row) => Row): void {
    const row = this.#rows.get(key);
    if (row !== undefined) this.set(key, change(row));
  }

  /** Takes over rows as they were saved. */
  restore(rows: Iterable<readonly [string, Row]>): void {
    for (const [key, row] of rows) this.#rows.set(key, row);
  }

  /** The rows that have changed since they were taken last, to be saved. */
  takeUnsaved(): readonly (readonly [string, Row])[] {
    const rows = [...this.#unsaved].flatMap((key) => {
      const row = this.#rows.get(key);
      return row === undefined ? [] : [[key, row] as const];
    });
    this.#unsaved.clear();
    return rows;
  }

  /** Says that these rows could not be saved. */
  markUnsaved(keys: Iterable<string>): void {
    for (const key of keys) this.#unsaved.add(key);
  }
}

/** A read model: a fold with a name. Raise `version` with its shape, and it is made anew. */
export interface Projection<Row> {
  readonly name: string;
  readonly version: number;
  initial(): View<Row>;
  /** Called with every event of every stream, in order. */
  when(view: View<Row>, event: ProjectedEvent): void;
  /** The version of a stream that the view includes; 0 for a stream that it knows nothing of. */
  versionOf(view: View<Row>, stream: string): number;
}

/** How far projections have read: the position, and the event that stands there. */
export type Checkpoint = {
  readonly position: string;
  readonly stream: string;
  readonly version: number;
  readonly id: string;
};

/** A view as it was saved. */
export type SavedView = {
  readonly name: string;
  readonly rows: readonly (readonly [string, string])[];
};

/**
 * Keeps views and the checkpoint they belong to. Disposable: what is in it can be made again.
 * `save` writes all or nothing; `load` gives null unless exactly these views are there.
 */
export interface ViewStore {
  load(
    names: readonly string[],
  ): Promise<{ readonly checkpoint: Checkpoint; readonly views: readonly SavedView[] } | null>;
  save(checkpoint: Checkpoint, views: readonly SavedView[]): Promise<void>;
  /** Forgets all views. */
  clear(): Promise<void>;
}
