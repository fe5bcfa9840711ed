import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openHost, type Host, type HostOptions } from '../../../infrastructure/composition.ts';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  readonly body: Record<string, unknown>;
};

export type Asked = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A host of its own and what it logged; it is closed with its folder when the test ends. */
export class TestHost {
  readonly host: Host;
  readonly data: string;
  readonly logged: string[];

  private constructor(host: Host, data: string, logged: string[]) {
    this.host = host;
    this.data = data;
    this.logged = logged;
  }

  /** By default with a store in memory. */
  static async open(change: Partial<HostOptions> = {}): Promise<TestHost> {
    const data = await mkdtemp(join(tmpdir(), 'stemma-'));
    const logged: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const host = await openHost({ data, store: 'memory:', log, ...change });
    onTestFinished(async () => {
      await host.close();
      await rm(data, { recursive: true });
    });
    return new TestHost(host, data, logged);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.host.socket, 'GET', path, { headers });
  }

  post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
    return ask(this.host.socket, 'POST', path, { body, headers });
  }

  delete(path: string): Promise<Answer> {
    return ask(this.host.socket, 'DELETE', path);
  }
}

/** One request at a UNIX socket or at a port of loopback; a text body is sent as it is. */
export function ask(
  place: string | number,
  method: string,
  path: string,
  { body, headers = {} }: Asked = {},
): Promise<Answer> {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const where =
    typeof place === 'string' ? { socketPath: place } : { host: '127.0.0.1', port: place };
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...where, method, path, headers: { ...type, ...headers }, agent: false },
      (answer) => {
        let received = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (received += part));
        answer.on('end', () => {
          const { statusCode: status = 0 } = answer;
          resolve({ status, headers: answer.headers, text: received, body: json(received) });
        });
      },
    );
    asked.once('error', reject);
    asked.end(text);
  });
}

function json(text: string): Record<string, unknown> {
  return /^[{[]/.test(text) ? (JSON.parse(text) as Record<string, unknown>) : {};
}
