import { describe, expect, it } from 'vitest';
import { TestHost } from './host.ts';

const KEY = { 'idempotency-key': 'a1' };

describe('Idempotency-Key', () => {
  it('repeats the first answer, and does nothing a second time', async () => {
    const host = await TestHost.open();
    const first = await host.post('/v1/machines', { name: 'web' }, KEY);
    await host.post('/v1/machines/web/power', { state: 'on' });
    const again = await host.post('/v1/machines', { name: 'web' }, KEY);
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('gives two requests at the same time one answer', async () => {
    const host = await TestHost.open();
    const ask = () => host.post('/v1/machines', { name: 'web' }, KEY);
    const [one, other] = await Promise.all([ask(), ask()]);
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.text).toBe(other.text);
  });

  it('repeats refusals too', async () => {
    const host = await TestHost.open();
    const ask = () => host.post('/v1/machines/web/pause', undefined, KEY);
    const first = await ask();
    await host.post('/v1/machines', { name: 'web' });
    const again = await ask();
    expect(first.status).toBe(404);
    expect(again.text).toBe(first.text);
    expect(again.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('refuses a key that belongs to another request', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' }, KEY);
    const { status, body } = await host.post('/v1/machines', { name: 'other' }, KEY);
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:stemma:problem:key-reused' });
  });

  it('refuses a key that is none', async () => {
    const host = await TestHost.open();
    const key = { 'idempotency-key': 'x'.repeat(256) };
    const { body } = await host.post('/v1/machines', { name: 'web' }, key);
    expect(body).toMatchObject({ status: 400, field: 'Idempotency-Key' });
  });
});
