import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openHost, type Host, type HostOptions } from '../../../infrastructure/composition.ts';
import { ask, type Answer } from './ask.ts';

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
