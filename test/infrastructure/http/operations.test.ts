import { readFile, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../infrastructure/http/routes.ts';
import { ask } from './ask.ts';
import { TestHost } from './host.ts';

describe('what operators ask', () => {
  it('says that it lives and is ready', async () => {
    const host = await TestHost.open();
    expect((await host.get('/healthz')).body).toEqual({ status: 'ok' });
    expect((await host.get('/readyz')).body).toEqual({ status: 'ready' });
  });

  it('counts what happens, and names no machine', async () => {
    const host = await TestHost.open();
    await host.post('/v1/machines', { name: 'unmistakable' });
    await host.get('/v1/machines/unmistakable');
    const { text, headers } = await host.get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain('stemma_machines{state="off"} 1');
    expect(text).toContain('stemma_tpms_loaded 1');
    expect(text).toMatch(/stemma_http_requests_total\{method="POST",route="\/v1\/machines".*\} 1/);
    expect(text).not.toContain('unmistakable');
  });

  it('describes every route in its OpenAPI document', async () => {
    const host = await TestHost.open();
    const { body } = await host.get('/v1/openapi.json');
    const { openapi, paths, components } = body as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(openapi).toBe('3.1.0');
    for (const { method, path, summary } of ROUTES) {
      expect(paths[path]?.[method.toLowerCase()], path).toMatchObject({ summary });
    }
    const named = [...JSON.stringify(paths).matchAll(/#\/components\/schemas\/(\w+)/g)];
    for (const [, name = ''] of named) expect(components.schemas).toHaveProperty(name);
  });

  it('lists the routes that are no part of the table too', async () => {
    const host = await TestHost.open();
    const { body } = await host.get('/v1/openapi.json');
    for (const path of ['/v1/events', '/v1/openapi.json', '/healthz', '/readyz', '/metrics']) {
      expect(body['paths'], path).toHaveProperty([path, 'get']);
    }
  });
});

describe('the API over TCP', () => {
  const loopback = { http: { host: '127.0.0.1', port: 0 } };

  async function opened() {
    const host = await TestHost.open(loopback);
    const { address = '', tokenFile = '' } = host.host.http ?? {};
    const token = (await readFile(tokenFile, 'utf8')).trim();
    return { host, port: Number(new URL(address).port), token, tokenFile };
  }

  it('answers who has the token', async () => {
    const { port, token } = await opened();
    const headers = { authorization: `Bearer ${token}` };
    expect((await ask(port, 'GET', '/v1/machines', { headers })).body).toEqual({
      machines: [],
      next: null,
    });
  });

  it.each([
    ['without a token', {}],
    ['with another token', { authorization: `Bearer ${'x'.repeat(43)}` }],
    ['with another scheme', { authorization: 'Basic eDp5' }],
  ])('refuses a request %s, whatever it asks', async (_, headers) => {
    const { port } = await opened();
    for (const path of ['/v1/machines', '/metrics', '/v1/openapi.json', '/nothing']) {
      const { status, headers: answered, body } = await ask(port, 'GET', path, { headers });
      expect(status, path).toBe(401);
      expect(answered['www-authenticate']).toBe('Bearer');
      expect(body).toMatchObject({ type: 'urn:stemma:problem:unauthorized' });
    }
  });

  it('keeps the token to the owner of the data folder, and out of the log', async () => {
    const { host, port, token, tokenFile } = await opened();
    await ask(port, 'GET', '/v1/machines', { headers: { authorization: `Bearer ${token}` } });
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    expect((await stat(host.host.socket)).mode & 0o777).toBe(0o600);
    expect(host.logged.join('')).not.toContain(token);
  });

  it('keeps its token over restarts', async () => {
    const { host, token } = await opened();
    await host.host.close();
    const again = await TestHost.open({ ...loopback, data: host.data });
    expect((await readFile(again.host.http?.tokenFile ?? '', 'utf8')).trim()).toBe(token);
  });
});
