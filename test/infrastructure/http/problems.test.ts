import { describe, expect, it } from 'vitest';
import { StoreError } from '../../../domain/engine/eventStore.ts';
import { Refusal } from '../../../domain/machines/refusal.ts';
import { problemOf } from '../../../infrastructure/http/problem.ts';
import { TestHost } from './host.ts';

const NAMES = 'expected 1 to 63 characters of a-z, 0-9 and "-"';

type Case = readonly [
  claim: string,
  request: readonly [method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown],
  status: number,
  detail: string,
];

const REFUSED: readonly Case[] = [
  [
    'a machine that there is not',
    ['GET', '/v1/machines/nobody'],
    404,
    'There is no machine nobody.',
  ],
  ['a page that there is not', ['GET', '/v1/nothing?x=1'], 404, 'There is no GET /v1/nothing.'],
  [
    'a name that is none',
    ['POST', '/v1/machines', { name: 'Web' }],
    400,
    `name: ${NAMES}, got "Web".`,
  ],
  [
    'a name of 64 characters',
    ['POST', '/v1/machines', { name: 'a'.repeat(64) }],
    400,
    `name: ${NAMES}, got "${'a'.repeat(64)}".`,
  ],
  ['no name at all', ['POST', '/v1/machines', {}], 400, `name: ${NAMES}, got nothing.`],
  [
    'a field that there is not',
    ['POST', '/v1/machines', { name: 'x', colour: 'red' }],
    400,
    'colour: there is no such field.',
  ],
  [
    'a field where none is expected',
    ['POST', '/v1/machines/web/pause', { force: true }],
    400,
    'force: there is no such field.',
  ],
  [
    'a query where none is expected',
    ['GET', '/v1/machines/web?limit=3'],
    400,
    'limit: there is no such field.',
  ],
  ['a list for an object', ['POST', '/v1/machines', []], 400, 'The request is not a JSON object.'],
  [
    'a power that there is not',
    ['POST', '/v1/machines/web/power', { state: 'high' }],
    400,
    'state: expected one of on, off, reset, got "high".',
  ],
  [
    'too many machines',
    ['POST', '/v1/machines', { name: 'x', count: 1001 }],
    400,
    'count: expected a whole number from 1 to 1000, got 1001.',
  ],
  [
    'a name twice',
    ['POST', '/v1/machines', { name: 'web' }],
    409,
    'The name web has been used for a machine before.',
  ],
  [
    'a snapshot that there is not',
    ['POST', '/v1/machines/web/rollbacks', { to: 'golden' }],
    404,
    'Machine web has no snapshot golden.',
  ],
  [
    'an endpoint that others could reach',
    ['POST', '/v1/machines/web/endpoints', { protocol: 'swtpm', listen: 'tcp:0.0.0.0:0' }],
    400,
    'tcp:0.0.0.0:0 can be reached from other machines, which must be allowed explicitly.',
  ],
  [
    'an endpoint that there is not',
    ['DELETE', '/v1/machines/web/endpoints/x'],
    404,
    'Machine web has no endpoint x.',
  ],
  [
    'two points at once',
    ['GET', '/v1/machines/web/state?at=1&snapshot=s'],
    400,
    'Only one of at, time and snapshot can be given.',
  ],
  [
    'a version that there is not yet',
    ['GET', '/v1/machines/web/state?at=7'],
    404,
    'The TPM of machine web has no version 7.',
  ],
  [
    'a version that is no number',
    ['GET', '/v1/machines/web/history?from=two'],
    400,
    'from: expected a whole number from 1 to 9007199254740991, got NaN.',
  ],
];

describe('refusals over HTTP', () => {
  it.each(REFUSED)('say why: %s', async (_, [method, path, body], status, detail) => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const answer =
      method === 'POST'
        ? await host.post(path, body)
        : method === 'GET'
          ? await host.get(path)
          : await host.delete(path);
    expect(answer.body).toMatchObject({ status, detail });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body['type']).toMatch(/^urn:stemma:problem:[a-z-]+$/);
  });

  it('refuse what is not JSON, and what is too large', async () => {
    const host = await TestHost.open();
    const broken = await host.post('/v1/machines', '{"name":');
    expect(broken.body).toMatchObject({ status: 400, type: 'urn:stemma:problem:invalid' });
    const proto = await host.post('/v1/machines', '{"name":"x","__proto__":{"tpm":false}}');
    expect(proto.body).toMatchObject({ status: 400, type: 'urn:stemma:problem:invalid' });
    const headers = { 'content-type': 'text/plain' };
    const text = await host.post('/v1/machines', 'name=web', headers);
    expect(text.body).toMatchObject({ status: 415, type: 'urn:stemma:problem:not-json' });
    const large = await host.post('/v1/machines', { name: 'a'.repeat(65_536) });
    expect(large.body).toMatchObject({ status: 413, type: 'urn:stemma:problem:too-large' });
  });

  it('refuse an endpoint at a port in use', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'web' });
    const asked = { protocol: 'mssim', listen: 'tcp:127.0.0.1:0' };
    const { body } = await host.post('/v1/machines/web/endpoints', asked);
    const again = { protocol: 'swtpm', listen: String(body['listen']) };
    const refused = await host.post('/v1/machines/web/endpoints', again);
    expect(refused.body).toMatchObject({ status: 409, field: 'listen' });
    expect(refused.body['detail']).toMatch(/^Port \d+ of 127\.0\.0\.1 is in use\.$/);
  });
});

describe('the problem that an error is', () => {
  it.each([
    [new StoreError('full', 'The disk is full.'), 503, 'unavailable'],
    [new StoreError('unavailable', 'It is away.'), 503, 'unavailable'],
    [new StoreError('unknown-outcome', 'Who knows.'), 503, 'unavailable'],
    [new StoreError('damaged', 'Event 3 is damaged.'), 500, 'damaged'],
    [new StoreError('too-new', 'Event 3 is unknown.'), 501, 'too-new'],
    [new Refusal('unavailable', 'Not now.'), 503, 'unavailable'],
  ] as const)('says what can be done: %s', (error, status, kind) => {
    expect(problemOf(error)).toMatchObject({
      status,
      type: `urn:stemma:problem:${kind}`,
      detail: error.message,
    });
  });

  it('says nothing of the inside of the engine', () => {
    const shown = JSON.stringify(problemOf(new TypeError('seed 00ff of undefined')));
    expect(shown).toMatch(/"status":500/);
    expect(shown).not.toMatch(/seed|TypeError/);
  });
});
