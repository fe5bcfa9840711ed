import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { table, type Line } from './figures.ts';
import { appends, fdatasync } from './measures/disk.ts';
import { atOnce, making, memory } from './measures/fleet.ts';
import { histories } from './measures/histories.ts';
import { overSocket } from './measures/overSocket.ts';
import { startEcho, startStemma, startSwtpm } from './servers.ts';

const USAGE = 'usage: npm run bench [-- --against swtpm] [--json FILE] [--quick]';

type Options = {
  readonly isAgainst: boolean;
  readonly json: string | null;
  readonly isQuick: boolean;
};

function optionsOf(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        against: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    });
    if (values.against !== undefined && values.against !== 'swtpm') return null;
    const { against, json, quick } = values;
    return { isAgainst: against !== undefined, json: json ?? null, isQuick: quick };
  } catch {
    return null;
  }
}

async function measure({ isAgainst, isQuick }: Options): Promise<readonly Line[]> {
  const [ours, floor] = [await startStemma(), await startEcho()];
  const theirs = isAgainst ? await startSwtpm() : null;
  const lines: Line[] = [];
  try {
    const disk = fdatasync(isQuick);
    lines.push({
      name: 'one fdatasync of this disk',
      unit: 'ms',
      ours: disk.medianMs,
      p99: disk.p99Ms,
    });
    lines.push(...(await overSocket(ours, theirs, floor, isQuick)));
    lines.push(await making(ours.engine, isAgainst, isQuick));
    lines.push(...(await atOnce(ours.engine, isQuick)));
  } finally {
    await Promise.all([ours.close(), floor.close(), theirs?.close()]);
  }
  lines.push(...(await appends(isQuick)));
  lines.push(...(await histories(isQuick)));
  lines.push(...(await memory(isQuick)));
  return lines;
}

const options = optionsOf();
if (options === null) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (options.isAgainst && spawnSync('swtpm', ['--version']).error !== undefined) {
  console.error('swtpm is not installed (apt-get install swtpm swtpm-tools).');
  process.exitCode = 1;
} else {
  const lines = await measure(options);
  console.log(table(lines));
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(lines, null, 2)}\n`);
}
