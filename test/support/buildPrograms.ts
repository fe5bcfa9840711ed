import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/**
 * Brings `dist` up to date before tests that start the built programs. The compilation is
 * incremental, and it writes its output even when a file has errors: those are printed here and
 * counted by `npm run typecheck`, while the tests say what works.
 */
export default function buildPrograms(): void {
  const tsc = spawnSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--pretty', 'false'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (tsc.error) throw tsc.error;
  if (tsc.status !== 0) console.error(`dist has compile errors:\n${tsc.stdout}${tsc.stderr}`);
}
