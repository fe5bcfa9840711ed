import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** The cores that this process may use, as the system lists them: `0-3,6`. */
function coresAllowed(): string {
  const status = readFileSync('/proc/self/status', 'utf8');
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '0';
}

/** This process and those it started. */
function family(): readonly number[] {
  const children = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return [process.pid, ...children.map(Number)];
}

function allow(cores: string): boolean {
  return family().every((pid) => spawnSync('taskset', ['-acp', cores, String(pid)]).status === 0);
}

/**
 * Does something while client and servers share one core: none of them then waits for another core
 * to wake, which may cost more than the command does. Null where the system cannot do that.
 */
export async function onOneCore<T>(work: () => Promise<T>): Promise<T | null> {
  if (process.platform !== 'linux' || spawnSync('taskset', ['-V']).error !== undefined) return null;
  const cores = coresAllowed();
  try {
    return allow(String(parseInt(cores, 10))) ? await work() : null;
  } finally {
    allow(cores);
  }
}
