import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program as it was compiled, also when this file is run as it was written. */
const IN_DIST = import.meta.url.endsWith('.ts') ? '../../dist/infrastructure/' : '../';
const PROGRAM = fileURLToPath(new URL(`${IN_DIST}cli/main.js`, import.meta.url));

/** An engine in a process of its own, as an orchestration service would run it. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly data: string;

  private constructor(child: ChildProcess, data: string) {
    this.#child = child;
    this.data = data;
  }

  /** Starts `stemma serve` on a data folder; resolves when it is ready. */
  static async start(data: string, ...options: readonly string[]): Promise<EngineProcess> {
    const child = spawn(process.execPath, [PROGRAM, 'serve', '--data', data, ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const complaints: string[] = [];
    child.stderr.on('data', (octets: Buffer) => complaints.push(octets.toString()));
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('ready')) return new EngineProcess(child, data);
    }
    throw new Error(`The engine did not start: ${complaints.join('').trim()}`);
  }

  /** A request of the HTTP API over the admin socket; gives the JSON of the answer. */
  api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const socketPath = join(this.data, 'stemma.sock');
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath, method, path: `/v1${path}`, headers }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const answered = Buffer.concat(parts).toString();
          if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(answered || 'null') as T);
          else reject(new Error(`${method} ${path}: ${answered}`));
        });
      });
      asked.on('error', reject);
      asked.end(text);
    });
  }

  /** Ends the process at once, as a power cut would: nothing is finished, nothing is flushed. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Asks the process to end, and waits until it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
