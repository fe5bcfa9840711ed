import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../domain/commands/index.ts';
import { ALLOWED } from './allowed.ts';
import { nameOf } from './case.ts';
import { mismatches, readGolden, shownMismatch } from './golden.ts';
import { CASES, VALID } from './list.ts';
import { StemmaSide } from './side.ts';
import { walked } from './walk.ts';

const SECONDS = 1000;

describe('the conformance list', () => {
  const golden = readGolden();

  it('has a valid request of every command that swtpm has', () => {
    const valid = new Set(VALID.map(({ request }) => request.command));
    const shared = COMMANDS.filter(({ isBeyondReference }) => !isBeyondReference);
    expect(shared.map(({ name }) => name).filter((name) => !valid.has(name))).toEqual([]);
  });

  it('is recorded, case by case', () => {
    expect([...golden.keys()]).toEqual(CASES.map(nameOf));
  });

  it('is answered as swtpm answers it', { timeout: 120 * SECONDS }, async () => {
    const found = (await walked(new StemmaSide(), CASES)).flatMap((one) => mismatches(one, golden));
    const unexplained = found.filter((one) => !ALLOWED.some(({ is }) => is(one)));
    expect(unexplained.map(shownMismatch)).toEqual([]);
    const unused = ALLOWED.filter(({ is }) => !found.some(is));
    expect(unused.map(({ reason }) => reason)).toEqual([]);
  });
});
