import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  bearerToken,
  holdFolder,
  isOpenToOthers,
} from '../../../infrastructure/hosting/dataFolder.ts';

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stemma-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, 'data');
}

describe('a data folder', () => {
  it('is made for its owner alone, and held until it is let go', async () => {
    const path = await place();
    const held = holdFolder(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(() => holdFolder(path)).toThrow(`The data folder ${path} is in use by another engine.`);
    held.release();
    holdFolder(path).release();
  });

  it('is told from one that others can look into', async () => {
    const path = await place();
    await mkdir(path, { mode: 0o750 });
    expect(isOpenToOthers(path)).toBe(true);
    await chmod(path, 0o700);
    expect(isOpenToOthers(path)).toBe(false);
  });

  it('is refused when it is a file', async () => {
    const path = await place();
    await writeFile(path, '');
    expect(() => holdFolder(path)).toThrow(`The data folder ${path} cannot be written to.`);
  });

  it('keeps one token, for its owner alone', async () => {
    const path = await place();
    const held = holdFolder(path);
    const { token, file } = bearerToken(path);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(bearerToken(path).token).toBe(token);
    await writeFile(file, 'short\n');
    expect(() => bearerToken(path)).toThrow(`${file} does not hold a token.`);
    held.release();
  });
});
