import { expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../../../infrastructure/cli/program.ts';

/** The exit status of a command line that ends before anything is asked, and all that it says. */
async function refused(...args: readonly string[]) {
  let said = '';
  for (const stream of [process.stdout, process.stderr]) {
    const spy = vi.spyOn(stream, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    onTestFinished(() => spy.mockRestore());
  }
  const status = await run(args);
  return { status, said };
}

it.each([
  [['machine', 'create'], "missing required argument 'name'"],
  [['machine', 'create', 'x', '--count', '0'], 'Expected a whole number of at least 1.'],
  [['machine', 'power', 'x', 'maybe'], 'Allowed choices are on, off, reset.'],
  [['machine', 'rollback', 'x'], "required option '--to <snapshot>' not specified"],
  [['machine', 'frobnicate'], "unknown command 'frobnicate'"],
  [['machine', 'list', '--frobnicate'], "unknown option '--frobnicate'"],
  [['endpoint', 'open', 'x', '--listen', 'tcp:127.0.0.1:0'], "option '--protocol <protocol>' not"],
  [['inspect', 'x', '--at', '1', '--time', '2026-01-01'], 'cannot be used with option'],
  [['lineage', 'x', '--json', '--dot'], 'cannot be used with option'],
  [['verify'], 'verify: give the name of a machine, or --all.'],
  [['serve', '--http', 'nowhere'], '--http: expected HOST:PORT, got "nowhere".'],
  [['serve', '--tls-cert', 'x'], '--tls-cert and --tls-key belong together.'],
  [['simulator'], "required option '--listen <tcp:HOST:PORT>' not specified"],
  [['frobnicate'], "unknown command 'frobnicate'"],
])('refuses %j as wrong usage, in one sentence', async (args, sentence) => {
  const { status, said } = await refused(...args);
  expect(status).toBe(2);
  expect(said).toMatch(/^stemma: [^\n]*\n$/);
  expect(said).toContain(sentence);
});

it.each([
  [['machine', 'show', '../etc'], 'got "../etc".'],
  [['machine', 'show', ''], 'got "".'],
  [['lineage', 'a'.repeat(64)], 'expected 1 to 63 characters of a-z, 0-9 and "-"'],
  [['verify', 'A'], 'got "A".'],
])('refuses the name in %j', async (args, sentence) => {
  const { status, said } = await refused(...args);
  expect(status).toBe(1);
  expect(said).toMatch(/^stemma: name: expected [^\n]*\n$/);
  expect(said).toContain(sentence);
});
