#!/usr/bin/env node
/**
 * The program. Nothing is imported before the version is known: an older Node.js would fail on the
 * first module that it lacks, with a stack trace instead of a sentence.
 */
const NODE_MIN = 24;

if (Number.parseInt(process.versions.node) < NODE_MIN) {
  const found = process.versions.node;
  process.stderr.write(`stemma: Node.js ${NODE_MIN} or later is needed, this is ${found}.\n`);
  process.exitCode = 1;
} else {
  const { endWithReader } = await import('./terminal.ts');
  const { run } = await import('./program.ts');
  endWithReader();
  process.exitCode = await run(process.argv.slice(2));
}
