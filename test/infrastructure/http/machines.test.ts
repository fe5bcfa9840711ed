import { describe, expect, it } from 'vitest';
import { TestHost } from './host.ts';

const HEX_32 = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f-]{36}$/;

describe('the life of a machine over HTTP', () => {
  it('makes a machine and shows it with its TPM', async () => {
    const host = await TestHost.open();
    const asked = { name: 'web', account: 'shop', host: 'rack-7' };
    const { status, body } = await host.post('/v1/machines', asked);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...asked,
      state: 'off',
      source: null,
      snapshots: [],
      endpoints: [],
      tpm: {
        incarnation: expect.stringMatching(UUID) as string,
        version: 1,
        historyVersion: 1,
        generation: 0,
        parent: null,
        lineageCounter: 1,
        lineageRegister: expect.stringMatching(HEX_32) as string,
        endorsement: { status: 'enabled' },
      },
    });
    const tpm = body['tpm'] as { incarnation: string; stream: string; lineage: string };
    expect(tpm.stream).toBe(`tpm-${tpm.incarnation}`);
    expect(tpm.lineage).toBe(tpm.incarnation);
    expect((await host.get('/v1/machines/web')).body).toEqual(body);
  });

  it('makes a machine without a TPM, and many at once', async () => {
    const host = await TestHost.open();
    const { body } = await host.post('/v1/machines', { name: 'bare', tpm: false });
    expect(body['tpm']).toBeNull();
    const many = await host.post('/v1/machines', { name: 'node', count: 3, tpm: false });
    expect(many.body['machines']).toHaveLength(3);
    const listed = (await host.get('/v1/machines')).body['machines'] as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['bare', 'node-1', 'node-2', 'node-3']);
  });

  it('lists machines page by page by name, those that come meanwhile too', async () => {
    const host = await TestHost.open();
    const make = (name: string, count?: number) =>
      host.post('/v1/machines', { name, tpm: false, ...(count === undefined ? {} : { count }) });
    await make('node', 120);
    const page = async (query: string) => {
      const { body } = await host.get(`/v1/machines${query}`);
      const listed = body['machines'] as { name: string }[];
      return { names: listed.map(({ name }) => name), next: body['next'] };
    };
    const first = await page('');
    expect(first.names).toHaveLength(100);
    expect(first.next).toBe(first.names.at(-1));
    await make('zone');
    await make('alpha');
    const second = await page(`?after=${String(first.next)}`);
    const names = [...first.names, ...second.names];
    expect(names).toEqual([...names].sort());
    expect(names).toHaveLength(121);
    expect(second).toMatchObject({ next: null });
    expect(names.at(-1)).toBe('zone');
    expect(await page('?limit=2')).toEqual({ names: ['alpha', 'node-1'], next: 'node-1' });
    expect((await host.get('/v1/machines?limit=101')).status).toBe(400);
    expect((await host.get('/v1/machines?after=A')).status).toBe(400);
  });

  it('pauses, resumes, switches power and retires', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const states: unknown[] = [];
    const powered = await host.post('/v1/machines/web/power', { state: 'on' });
    states.push(powered.body['state']);
    for (const verb of ['pause', 'resume']) {
      states.push((await host.post(`/v1/machines/web/${verb}`)).body['state']);
    }
    states.push((await host.post('/v1/machines/web/power', { state: 'off' })).body['state']);
    states.push((await host.delete('/v1/machines/web')).body['state']);
    expect(states).toEqual(['running', 'paused', 'running', 'off', 'retired']);
  });

  it('clones from a snapshot, and holds a clone until it is endorsed', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    await host.post('/v1/machines/web/snapshots', { name: 'golden' });
    await host.post('/v1/machines/web/power', { state: 'on' });
    const asked = { name: 'copy', snapshot: 'golden' };
    const copy = await host.post('/v1/machines/web/clones', asked);
    expect(copy.status).toBe(201);
    expect(copy.body).toMatchObject({
      source: { machine: 'web', snapshot: 'golden' },
      tpm: { generation: 1, lineageCounter: 2, parent: { version: 1, reason: 'clone' } },
    });
    const held = await host.post('/v1/machines/web/clones', { name: 'held', hold: true });
    expect(held.body).toMatchObject({ tpm: { endorsement: { status: 'disabled' } } });
    const endorsed = await host.post('/v1/machines/held/endorse');
    expect(endorsed.body).toMatchObject({ tpm: { endorsement: { status: 'enabled' } } });
  });

  it('rolls back, and shows the family in the order in which it came to be', async () => {
    const host = await TestHost.open();
    const made = await host.post('/v1/machines', { name: 'web' });
    const { incarnation } = made.body['tpm'] as { incarnation: string };
    await host.post('/v1/machines/web/snapshots', { name: 'golden' });
    await host.post('/v1/machines/web/clones', { name: 'copy' });
    await host.post('/v1/machines/web/rollbacks', { to: 'golden' });
    const { body } = await host.get('/v1/machines/copy/lineage');
    expect(body).toMatchObject({
      machine: 'copy',
      lineage: incarnation,
      incarnations: [
        { incarnation, machine: 'web', isRetired: true, parent: null },
        { machine: 'copy', isRetired: false, parent: { incarnation, reason: 'clone' } },
        { machine: 'web', isRetired: false, parent: { incarnation, reason: 'rollback' } },
      ],
    });
  });

  it('opens, lists and closes endpoints', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const asked = { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' };
    const opened = await host.post('/v1/machines/web/endpoints', asked);
    expect(opened.status).toBe(201);
    expect(opened.body).toMatchObject({ machine: 'web', protocol: 'swtpm', connections: 0 });
    const { id } = opened.body as { id: string };
    expect((await host.get('/v1/endpoints')).body).toEqual({ endpoints: [opened.body] });
    expect((await host.get('/v1/endpoints?machine=nobody')).body).toEqual({ endpoints: [] });
    expect((await host.delete(`/v1/machines/web/endpoints/${id}`)).body).toEqual({ closed: 1 });
    expect((await host.get('/v1/machines/web/endpoints')).body).toEqual({ endpoints: [] });
  });

  it('shows a state at a version, a time and a snapshot, and what changed between', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    await host.post('/v1/machines/web/snapshots', { name: 'made' });
    await host.post('/v1/machines/web/power', { state: 'on' });
    const now = (await host.get('/v1/machines/web/state')).body;
    expect(now).toMatchObject({ version: 2, lifecycle: { phase: 'initialized' } });
    for (const query of ['at=1', 'snapshot=made']) {
      const { body } = await host.get(`/v1/machines/web/state?${query}`);
      expect(body).toMatchObject({ version: 1, lifecycle: { phase: 'off' } });
    }
    const time = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect((await host.get(`/v1/machines/web/state?time=${time}`)).body['version']).toBe(2);
    const { body } = await host.get('/v1/machines/web/diff?from=1&to=2');
    expect(body['differences']).toContainEqual({
      path: 'lifecycle.phase',
      before: 'off',
      after: 'initialized',
    });
    expect(body['differences']).toContainEqual(
      expect.objectContaining({ path: 'pcrs.banks.SHA256.0', before: null }),
    );
  });

  it('gives the history by versions and types, without secrets', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    await host.post('/v1/machines/web/power', { state: 'on' });
    const page = await host.get('/v1/machines/web/history');
    const events = page.body['events'] as { type: string; version: number; data: unknown }[];
    expect(events.map(({ type }) => type)).toEqual(['TpmManufactured', 'Initialized']);
    expect(events[0]?.data).toMatchObject({ owner: { seed: '‹secret, 64 octets›' } });
    const typed = await host.get('/v1/machines/web/history?type=Initialized&type=Nothing');
    expect(typed.body['events']).toEqual([events[1]]);
    const cut = await host.get('/v1/machines/web/history?from=1&to=1');
    expect(cut.body).toMatchObject({ events: [events[0]], next: null, inherited: 0 });
  });

  it('waits for events that are to come', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const waiting = host.get('/v1/machines/web/history?from=2&wait=60');
    await host.post('/v1/machines/web/power', { state: 'on' });
    expect((await waiting).body['events']).toMatchObject([{ type: 'Initialized', version: 2 }]);
  });

  it('verifies all machines, one of them, and against signed heads', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const heads = await host.get('/v1/heads');
    expect(heads.headers['content-type']).toBe('text/plain; charset=utf-8');
    const all = await host.post('/v1/verifications', { heads: heads.text });
    expect(all.body).toMatchObject({ isRight: true, events: 2 });
    const one = await host.post('/v1/verifications', { machine: 'web' });
    expect(one.body['streams']).toHaveLength(2);
    const forged = heads.text.replace(/^machine-web 1/m, 'machine-web 2');
    const refused = await host.post('/v1/verifications', { heads: forged });
    expect(refused.body).toMatchObject({ status: 400, field: 'heads' });
  });
});
