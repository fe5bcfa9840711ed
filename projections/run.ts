import { setImmediate } from 'node:timers/promises';
import { Subscription, auditTime, defer, from, retry, tap, timer } from 'rxjs';
import { decodeBody, encodeBody } from '../domain/engine/body.ts';
import { disclose, metadataOf, type Fact } from '../domain/engine/envelope.ts';
import type { EventStore, RecordedEvent } from '../domain/engine/eventStore.ts';
import type {
  Checkpoint,
  ProjectedEvent,
  Projection,
  SavedView,
  View,
  ViewStore,
} from './projection.ts';

export type ProjectionRunParts = {
  readonly store: EventStore;
  readonly views: ViewStore;
  readonly report: (error: unknown) => void;
};

/** How long projections may hold the event loop at a time. */
const STRETCH_MAX_MS = 2;
/** Rows that change again and again are saved once in this time. */
const SAVE_EVERY_MS = 500;
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 5000;
const NO_SECRETS = new Uint8Array(0);

type Running = { readonly projection: Projection<unknown>; view: View<unknown> };
type Waiter = { readonly version: number; readonly resolve: () => void };

/** Follows the store and keeps the views of projections up to date, in its own time. */
export class ProjectionRun {
  readonly #parts: ProjectionRunParts;
  readonly #running = new Map<string, Running>();
  readonly #waiting = new Map<string, Set<Waiter>>();
  #checkpoint: Checkpoint | null = null;
  #saving: Promise<void> | null = null;
  #subscription = new Subscription();
  #isStopped = false;
  /** Events that were folded since the start. */
  folded = 0;

  constructor(parts: ProjectionRunParts, projections: readonly Projection<unknown>[]) {
    this.#parts = parts;
    for (const projection of projections) {
      this.#running.set(projection.name, { projection, view: projection.initial() });
    }
  }

  /** The view of a projection; its rows change under the reader's hands. */
  view<Row>({ name }: Projection<Row>): View<Row> {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`the projection ${name} is not run`);
    return running.view as View<Row>;
  }

  /** Takes up the views where they were saved, and follows the store from there. */
  async start(): Promise<void> {
    await this.#restore();
    this.#subscription = defer(() => this.#events())
      .pipe(
        tap((event) => this.#fold(event)),
        retry({
          delay: (error, count) => this.#backOff(error, count),
          resetOnSuccess: true,
        }),
        auditTime(SAVE_EVERY_MS),
      )
      .subscribe(() => void this.#save());
  }

  /** Where the last folded event stands; null before the first. */
  get position(): string | null {
    return this.#checkpoint?.position ?? null;
  }

  /**
   * Resolves when the views include this version of this stream, true, or false when that takes
   * longer than it may.
   */
  async caughtUp(stream: string, version: number, patienceMs: number): Promise<boolean> {
    if (this.#versionOf(stream) >= version) return true;
    if (this.#isStopped) return false;
    const waiters = this.#waiting.get(stream) ?? new Set<Waiter>();
    this.#waiting.set(stream, waiters);
    return new Promise((resolve) => {
      const settle = (isReached: boolean): void => {
        clearTimeout(alarm);
        waiters.delete(waiter);
        if (waiters.size === 0) this.#waiting.delete(stream);
        resolve(isReached);
      };
      const alarm = setTimeout(() => settle(false), patienceMs);
      const waiter = { version, resolve: () => settle(true) };
      waiters.add(waiter);
    });
  }

  #versionOf(stream: string): number {
    const running = [...this.#running.values()];
    return Math.max(...running.map(({ projection, view }) => projection.versionOf(view, stream)));
  }

  /** Stops following and saves what there is. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#subscription.unsubscribe();
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.resolve();
    await this.#saving;
    await this.#save();
  }

  #events() {
    const ending = new AbortController();
    this.#subscription.add(() => ending.abort());
    return from(rested(this.#parts.store.follow(this.position, ending.signal)));
  }

  #backOff(error: unknown, count: number) {
    this.#parts.report(error);
    return timer(Math.min(BACKOFF_MIN_MS * 2 ** Math.min(count, 10), BACKOFF_MAX_MS));
  }

  #fold(event: RecordedEvent): void {
    try {
      this.#apply(new Undisclosed(event));
    } catch (error) {
      this.#parts.report(error);
    }
    const { position, stream, version, id } = event;
    this.#checkpoint = { position, stream, version, id };
    this.folded += 1;
    this.#reach(stream, version);
  }

  #apply(event: ProjectedEvent): void {
    for (const { projection, view } of this.#running.values()) projection.when(view, event);
  }

  #reach(stream: string, version: number): void {
    for (const waiter of this.#waiting.get(stream) ?? []) {
      if (waiter.version <= version) waiter.resolve();
    }
  }

  /** Saves once at a time; what changes meanwhile is saved the next time. */
  #save(): Promise<void> {
    this.#saving ??= this.#saveRows().finally(() => {
      this.#saving = null;
    });
    return this.#saving;
  }

  /** The rows are those of the checkpoint: as it moves on they are replaced, and never changed. */
  async #saveRows(): Promise<void> {
    const checkpoint = this.#checkpoint;
    if (checkpoint === null) return;
    const taken = [...this.#running.values()].map(({ projection, view }) => ({
      name: savedName(projection),
      view,
      rows: view.takeUnsaved(),
    }));
    try {
      const views: SavedView[] = [];
      for (const { name, rows } of taken) views.push({ name, rows: await encoded(rows) });
      await this.#parts.views.save(checkpoint, views);
    } catch (error) {
      for (const { view, rows } of taken) view.markUnsaved(rows.map(([key]) => key));
      this.#parts.report(error);
    }
  }

  /** Views of another store, of another version or without their event are made anew. */
  async #restore(): Promise<void> {
    const names = [...this.#running.values()].map(({ projection }) => savedName(projection));
    const saved = await this.#parts.views.load(names);
    if (saved === null || !(await this.#isThere(saved.checkpoint))) {
      await this.#parts.views.clear();
      return;
    }
    this.#checkpoint = saved.checkpoint;
    for (const { projection, view } of this.#running.values()) {
      const rows = saved.views.find(({ name }) => name === savedName(projection))?.rows ?? [];
      view.restore(rows.map(([key, text]) => [key, decodeBody(text, NO_SECRETS)]));
    }
  }

  async #isThere({ stream, version, id }: Checkpoint): Promise<boolean> {
    for await (const event of this.#parts.store.read(stream, version, version)) {
      return event.id === id;
    }
    return false;
  }
}

/** A recorded event whose body and metadata are read when somebody asks. */
class Undisclosed implements ProjectedEvent {
  readonly type: string;
  readonly stream: string;
  readonly version: number;
  readonly #event: RecordedEvent;
  #fact: Fact | null = null;

  constructor(event: RecordedEvent) {
    const { type, stream, version } = event;
    this.type = type;
    this.stream = stream;
    this.version = version;
    this.#event = event;
  }

  get fact(): Fact {
    this.#fact ??= disclose(this.#event, null);
    return this.#fact;
  }

  get atMs(): number {
    return metadataOf(this.#event).atMs;
  }
}

function savedName({ name, version }: Projection<unknown>): string {
  return `${name}/${version}`;
}

/** Rows as they are saved, put into words with rests for everybody else on the event loop. */
async function encoded(
  rows: readonly (readonly [string, unknown])[],
): Promise<readonly (readonly [string, string])[]> {
  const texts: (readonly [string, string])[] = [];
  for await (const [key, row] of rested(rows)) texts.push([key, encodeBody(row).text]);
  return texts;
}

/** The same things, with rests for everybody else on the event loop. */
async function* rested<T>(things: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  let restedAtMs = performance.now();
  for await (const thing of things) {
    yield thing;
    if (performance.now() - restedAtMs < STRETCH_MAX_MS) continue;
    await setImmediate();
    restedAtMs = performance.now();
  }
}
