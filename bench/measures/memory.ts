import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Line } from '../figures.ts';
import type { Measure } from '../measure.ts';
import { Watched } from '../watched.ts';

const COUNT = 1000;
const COUNT_QUICK = 100;
const KB = 1024;

/** What a machine costs an engine while its TPM is not in memory, and what it costs loaded. */
export const MEMORY: Measure = {
  name: 'memory',
  run: async ({ folder, isQuick }) => {
    const data = await mkdtemp(join(folder, 'memory-'));
    const count = isQuick ? COUNT_QUICK : COUNT;
    const names = Array.from({ length: count }, (_, i) => `machine-${i}`);
    const first = await Watched.start(data);
    await first.api.get('/machines');
    const empty = await first.memory();
    await first.do({ kind: 'make', names });
    await first.close();
    const startedMs = performance.now();
    const second = await Watched.start(data);
    const startMs = performance.now() - startedMs;
    await second.api.get('/machines');
    const idle = await second.memory();
    await second.do({ kind: 'load', names });
    const loaded = await second.memory();
    await second.close();
    const each = (more: number, less: number): number => (more - less) / count / KB;
    const start: Line = {
      key: 'start',
      name: `start of ${count} machines`,
      unit: 'ms',
      ours: startMs,
    };
    return [
      start,
      line('idle', `memory of an idle TPM, of ${count}`, each(idle.usedOctets, empty.usedOctets)),
      line('loaded', `memory of a loaded TPM, more`, each(loaded.usedOctets, idle.usedOctets)),
    ];
  },
};

function line(key: string, name: string, ours: number): Line {
  return { key: `memory.${key}`, name, unit: 'kB', ours };
}
