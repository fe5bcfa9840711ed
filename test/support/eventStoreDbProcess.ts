import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(
  new URL('../../dist/test/support/eventStoreDbProgram.js', import.meta.url),
);

export type EventStoreDbProcess = {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
};

/** Starts the stand-in for an EventStoreDB in a process of its own. */
export async function startEventStoreDbProcess(
  options: { readonly port?: number; readonly file?: string } = {},
): Promise<EventStoreDbProcess> {
  const { port = 0, file } = options;
  const args = [PROGRAM, '--port', String(port), ...(file === undefined ? [] : ['--file', file])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const url = line.replace(/^ready /, '');
    return { url, port: Number(/:(\d+)\?/.exec(url)?.[1]), kill };
  }
  throw new Error('the stand-in for an EventStoreDB did not start');
}
