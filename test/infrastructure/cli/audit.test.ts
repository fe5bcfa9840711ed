import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { TestEngine, stemma } from './programs.ts';

type Event = { readonly version: number; readonly type: string };

/** An engine with one machine that was switched on and has one copy. */
async function engineWithHistory(): Promise<TestEngine> {
  const engine = await TestEngine.start();
  await engine.post('/v1/machines', { name: 'web' });
  await engine.post('/v1/machines/web/power', { state: 'on' });
  await engine.post('/v1/machines/web/clones', { name: 'copy' });
  return engine;
}

describe('audit by the command line', () => {
  it('prints the family as a graph, a tree and JSON', async () => {
    const engine = await engineWithHistory();
    const family = await engine.json<{ incarnations: { incarnation: string }[] }>('lineage', 'web');
    const [parent, child] = family.incarnations.map(({ incarnation }) => incarnation);
    const { stdout } = await engine.run('lineage', 'web', '--dot');
    expect(stdout).toMatch(/^digraph lineage \{\n/);
    expect(stdout).toContain(`  "${parent}" -> "${child}" [label="clone at 2"];\n`);
  });

  it('prints a history as lines, and as one document', async () => {
    const engine = await engineWithHistory();
    const { events } = await engine.json<{ events: Event[] }>('history', 'copy');
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    const { stdout } = await engine.run('history', 'copy', '--from', '3', '--type', 'TpmForked');
    expect(stdout).toMatch(/^ +3 {2}\S+Z {2}TpmForked .*reason:clone.*\n$/);
    const none = await engine.json('history', 'copy', '--from', '9');
    expect(none).toEqual({ machine: 'copy', events: [] });
  });

  it('inspects a TPM at a point and tells what changed since', async () => {
    const engine = await engineWithHistory();
    const then = await engine.json('inspect', 'copy', '--at', '1');
    expect(then).toMatchObject({ version: 1, lifecycle: { phase: 'off' } });
    expect((await engine.run('inspect', 'copy')).stdout).toMatch(/\n {4}SHA256\n {6}0-16 +0{64}\n/);
    const { differences } = await engine.json<{ differences: { path: string }[] }>(
      ...['diff', 'copy', '--from', '2', '--to', '5'],
    );
    expect(differences.map(({ path }) => path)).toContain('lineageCounter');
    const { stdout } = await engine.run('diff', 'copy', '--from', '2', '--to', '5');
    expect(stdout).toContain('lineageCounter: 1 → 2\n');
  });

  it('finds a changed event, with and without an engine', async () => {
    const engine = await engineWithHistory();
    const heads = join(engine.data, 'heads');
    expect(await engine.json('heads', 'export', heads)).toEqual({ file: heads, heads: 4 });
    expect((await engine.run('heads', 'export', '-')).stdout).toBe(await readFile(heads, 'utf8'));
    await engine.running.end();
    const file = join(engine.data, 'stemma.db');
    const offline = ['verify', '--all', '--store', `sqlite:${file}`];
    expect(await stemma(...offline, '--heads', heads, '--data', engine.data)).toMatchObject({
      status: 0,
      stderr: '',
    });

    damage(file);
    const { status, stdout, stderr } = await stemma(...offline);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^BAD {2}tpm-/m);
    expect(stderr).toMatch(
      /^stemma: 1 stream is not right: Event 2 \(Initialized\) of stream tpm-/,
    );

    const again = await TestEngine.start(engine.data);
    const found = await again.run('verify', 'web', '--json');
    expect(found.status).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({ isRight: false });
  });

  it('finds that events are missing at the end, by signed heads', async () => {
    const engine = await engineWithHistory();
    const heads = join(engine.data, 'heads');
    await engine.json('heads', 'export', heads);
    await engine.running.end();
    const file = join(engine.data, 'stemma.db');
    forgetLast(file, 'machine-web');
    const { status, stderr } = await stemma(
      ...['verify', 'web', '--store', `sqlite:${file}`, '--heads', heads, '--data', engine.data],
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/Stream machine-web is cut: event 2 to 2 are missing\.\n$/);
  });

  it('refuses heads that another key signed', async () => {
    const engine = await engineWithHistory();
    const other = await TestEngine.start();
    await other.post('/v1/machines', { name: 'web' });
    const heads = join(engine.data, 'heads');
    await other.json('heads', 'export', heads);
    const { status, stderr } = await engine.run('verify', '--all', '--heads', heads);
    expect([status, stderr]).toEqual([
      1,
      'stemma: heads: The signature of the heads does not fit them, or another key made it.\n',
    ]);
    await writeFile(heads, 'nothing');
    expect((await engine.run('verify', '--all', '--heads', heads)).stderr).toBe(
      'stemma: heads: The file holds no signed heads.\n',
    );
  });
});

/** Changes one octet of the recorded facts of a TPM. */
function damage(file: string): void {
  const database = new DatabaseSync(file);
  const { changes } = database
    .prepare("UPDATE events SET data = replace(data, 'clockMs', 'clockMz') WHERE type = ?")
    .run('Initialized');
  database.close();
  expect(changes).toBe(1);
}

function forgetLast(file: string, stream: string): void {
  const database = new DatabaseSync(file);
  const { id, version } = database
    .prepare('SELECT id, version FROM streams WHERE name = ?')
    .get(stream) as { id: number; version: number };
  database.prepare('DELETE FROM events WHERE stream = ? AND version = ?').run(id, version);
  database.prepare('UPDATE streams SET version = ? WHERE id = ?').run(version - 1, id);
  database.close();
}
