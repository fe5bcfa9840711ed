import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { USAGE, optionsOf } from '../../bench/options.ts';

describe('optionsOf', () => {
  it('takes all, or nothing', () => {
    expect(optionsOf([])).toEqual({ isAgainstSwtpm: false, json: null, isQuick: false });
    expect(optionsOf(['--against', 'swtpm', '--json', 'out.json', '--quick'])).toEqual({
      isAgainstSwtpm: true,
      json: 'out.json',
      isQuick: true,
    });
  });

  it.each([['--fast'], ['--against'], ['--against', 'tpm'], ['--json'], ['quick']])(
    'refuses %j %j',
    (...args) => {
      expect(optionsOf(args)).toBeNull();
    },
  );
});

describe('the program', () => {
  const program = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
  const run = (args: readonly string[], env = process.env) =>
    spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });

  it('says how it is used, and ends with 2', () => {
    const { status, stdout, stderr } = run(['--fast']);
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `${USAGE}\n` });
  });

  it('says in one sentence that there is no swtpm, and ends with 1', () => {
    const { status, stdout, stderr } = run(['--against', 'swtpm'], { PATH: '/nowhere' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toBe('swtpm is not installed: apt-get install swtpm swtpm-tools.\n');
  });
});
