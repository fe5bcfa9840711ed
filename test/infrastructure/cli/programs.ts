import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { ask } from '../http/ask.ts';

export const PROGRAM = fileURLToPath(
  new URL('../../../dist/infrastructure/cli/main.js', import.meta.url),
);

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** What a program left behind. */
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string };

function start(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Child {
  // An empty variable says nothing.
  const nothing = { STEMMA_DATA: '', STEMMA_STORE: '' };
  return spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...nothing, ...variables },
  });
}

/** Runs the built program to its end. */
export async function stemma(...args: readonly string[]): Promise<Ran> {
  return ended(start(args));
}

/** Like `stemma`, with variables of the environment. */
export async function stemmaWith(
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ran> {
  return ended(start(args, variables));
}

async function ended(child: Child): Promise<Ran> {
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { status: status ?? -1, stdout, stderr };
}

/** A program that runs until it is asked to end: what it said first, and what it logged. */
export class Running {
  readonly ready: string;
  readonly #child: Child;
  readonly #logged: Promise<string>;
  readonly #closed: Promise<[status: number | null]>;

  private constructor(child: Child, ready: string, logged: Promise<string>) {
    this.#child = child;
    this.ready = ready;
    this.#logged = logged;
    this.#closed = once(child, 'close') as Promise<[number | null]>;
    child.stdout.resume();
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  /** Resolves at its first line; rejects with what it logged when it ends before. */
  static async start(...args: readonly string[]): Promise<Running> {
    const child = start(args);
    const logged = text(child.stderr);
    for await (const line of createInterface({ input: child.stdout })) {
      return new Running(child, line, logged);
    }
    throw new Error(await logged);
  }

  /** Asks it to end; gives its exit status and what it logged. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM') {
    this.#child.kill(signal);
    const [status] = await this.#closed;
    return { status, log: await this.#logged };
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<number | null> {
    const [status] = await this.#closed;
    return status;
  }
}

/** A folder that is removed when the test ends. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'stemma-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** An engine on a folder of its own, and its verbs. */
export class TestEngine {
  readonly data: string;
  readonly running: Running;

  private constructor(data: string, running: Running) {
    this.data = data;
    this.running = running;
  }

  static async start(data?: string, ...args: readonly string[]): Promise<TestEngine> {
    const place = data ?? join(await folder(), 'data');
    return new TestEngine(place, await Running.start('serve', '--data', place, ...args));
  }

  run(...args: readonly string[]): Promise<Ran> {
    return stemma(...args, '--data', this.data);
  }

  /** Asks the engine without a program in between, for what a test only begins with. */
  async post(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const { status, text: said } = await ask(join(this.data, 'stemma.sock'), 'POST', path, {
      body,
    });
    if (status >= 300) throw new Error(said);
  }

  /** The JSON that a verb prints; throws with what it said when it is refused. */
  async json<T = Record<string, unknown>>(...args: readonly string[]): Promise<T> {
    const { status, stdout, stderr } = await this.run(...args, '--json');
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as T;
  }
}
