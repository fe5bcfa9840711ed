import { setImmediate } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { machines } from '../../projections/machines.ts';
import type { Checkpoint, SavedView, ViewStore } from '../../projections/projection.ts';
import { ProjectionRun } from '../../projections/run.ts';
import { testEngine, type TestEngine } from '../support/engines.ts';

/** Views in memory, which fail to be saved as often as they are told to. */
class TestViews implements ViewStore {
  failures = 0;
  saves = 0;
  #saved: { checkpoint: Checkpoint; views: Map<string, Map<string, string>> } | null = null;

  load(names: readonly string[]) {
    if (this.#saved === null) return Promise.resolve(null);
    const { checkpoint, views } = this.#saved;
    return Promise.resolve({
      checkpoint,
      views: names.map((name) => ({ name, rows: [...(views.get(name) ?? [])] })),
    });
  }

  save(checkpoint: Checkpoint, saved: readonly SavedView[]): Promise<void> {
    this.saves += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('the disk is full'));
    }
    const views = this.#saved?.views ?? new Map<string, Map<string, string>>();
    for (const { name, rows } of saved) {
      views.set(name, new Map([...(views.get(name) ?? []), ...rows]));
    }
    this.#saved = { checkpoint, views };
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#saved = null;
    return Promise.resolve();
  }
}

async function started(engine: TestEngine, views: ViewStore, errors: unknown[] = []) {
  const report = (error: unknown): void => void errors.push(error);
  const run = new ProjectionRun({ store: engine.parts.store, views, report }, [machines]);
  await run.start();
  onTestFinished(() => run.stop());
  return run;
}

async function shown(run: ProjectionRun, stream: string, version: number): Promise<void> {
  expect(await run.caughtUp(stream, version, 10_000)).toBe(true);
}

it('takes up views where they were saved, and folds only what came since', async () => {
  const engine = testEngine();
  const views = new TestViews();
  await engine.orchestrator.create({ name: 'web', hasTpm: false });
  const first = await started(engine, views);
  await shown(first, 'machine-web', 1);
  await first.stop();
  await engine.orchestrator.create({ name: 'other', hasTpm: false });
  const second = await started(engine, views);
  await shown(second, 'machine-other', 1);
  expect([...second.view(machines).values()].map(({ machine }) => machine.name)).toEqual([
    'web',
    'other',
  ]);
  expect(second.folded).toBe(1);
});

it('saves later what could not be saved before', async () => {
  const engine = testEngine();
  const views = new TestViews();
  const errors: unknown[] = [];
  const first = await started(engine, views, errors);
  await engine.orchestrator.create({ name: 'web', hasTpm: false });
  await shown(first, 'machine-web', 1);
  views.failures = 1;
  await first.stop();
  expect(errors).toHaveLength(1);
  await first.stop();
  const second = await started(engine, views);
  expect(second.folded).toBe(0);
  expect(second.view(machines).get('web')?.version).toBe(1);
});

it('makes views anew when they are of another store', async () => {
  const views = new TestViews();
  const before = testEngine();
  await before.orchestrator.create({ name: 'old', hasTpm: false });
  const first = await started(before, views);
  await shown(first, 'machine-old', 1);
  await first.stop();
  const engine = testEngine();
  await engine.orchestrator.create({ name: 'new', hasTpm: false });
  const run = await started(engine, views);
  await shown(run, 'machine-new', 1);
  expect([...run.view(machines).values()].map(({ machine }) => machine.name)).toEqual(['new']);
});

it('says that waiting was in vain when a version does not come in time', async () => {
  const run = await started(testEngine(), new TestViews());
  expect(await run.caughtUp('machine-web', 1, 1)).toBe(false);
});

it('rests while it saves a fleet, and saves what changes meanwhile the next time', async () => {
  const engine = testEngine();
  const views = new TestViews();
  const first = await started(engine, views);
  const view = first.view(machines);
  await engine.orchestrator.create({ name: 'web', hasTpm: false });
  await shown(first, 'machine-web', 1);
  const row = view.get('web');
  if (row === undefined) throw new Error('the view has no such row');
  for (let i = 0; i < 50_000; i += 1) view.set(`web-${i}`, row);
  const stopped = first.stop();
  let rests = 0;
  const count = setInterval(() => (rests += 1), 0);
  await setImmediate();
  view.set('late', row);
  await stopped;
  clearInterval(count);
  expect(rests).toBeGreaterThan(3);
  const second = await started(engine, views);
  expect(second.view(machines).size).toBe(50_001);
  await first.stop();
  const third = await started(engine, views);
  expect(third.view(machines).size).toBe(50_002);
});
