import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../infrastructure/version.ts';
import { figures, table, type Line } from './figures.ts';
import type { Context, Measure } from './measure.ts';
import { APPENDS } from './measures/appends.ts';
import { COMMANDS } from './measures/commands.ts';
import { CROWD } from './measures/crowd.ts';
import { EVENT_LOOP } from './measures/eventLoop.ts';
import { HISTORIES } from './measures/histories.ts';
import { MAKING } from './measures/making.ts';
import { MEMORY } from './measures/memory.ts';
import { USAGE, optionsOf, type Options } from './options.ts';
import { startEcho, startStemma, startSwtpm } from './servers.ts';

const MEASURES: readonly Measure[] = [
  ...COMMANDS,
  CROWD,
  MAKING,
  APPENDS,
  HISTORIES,
  MEMORY,
  EVENT_LOOP,
];

async function measure({ isAgainstSwtpm, isQuick }: Options): Promise<readonly Line[]> {
  const folder = await mkdtemp(join(tmpdir(), 'stemma-bench-'));
  const swtpm = isAgainstSwtpm ? await startSwtpm() : null;
  const [stemma, echo] = [await startStemma(), await startEcho()];
  const context: Context = { isQuick, folder, stemma, swtpm, echo };
  const lines: Line[] = [];
  try {
    for (const { name, run } of MEASURES) {
      progress(name);
      lines.push(...(await run(context)));
    }
  } finally {
    progress('');
    await Promise.all([stemma.close(), echo.close(), swtpm?.close()]);
    await rm(folder, { recursive: true, force: true });
  }
  return lines;
}

/** Says on a terminal what is being measured. */
function progress(name: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}`);
}

function report(lines: readonly Line[], { isQuick }: Options): string {
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model ?? '', cores: cpus().length, node: process.version };
  const run = { stemma: VERSION, isQuick, ...machine, figures: figures(lines) };
  return `${JSON.stringify(run, null, 2)}\n`;
}

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === null) {
    console.error(USAGE);
    return 2;
  }
  const needed = options.isAgainstSwtpm ? ['swtpm', 'swtpm_setup'] : [];
  const missing = needed.find((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing !== undefined) {
    console.error(`${missing} is not installed: apt-get install swtpm swtpm-tools.`);
    return 1;
  }
  const lines = await measure(options);
  console.log(table(lines));
  if (options.json !== null) await writeFile(options.json, report(lines, options));
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exit(1); // what was started ends with this process
}
