import { expect, test } from 'vitest';
import { COMMANDS } from '../../domain/commands/index.ts';
import { fuzz } from '../support/fuzz.ts';

const COMMANDS_TRIED = 12_000;

test('mutated commands are answered, and refused ones leave nothing behind', () => {
  const report = fuzz(3, COMMANDS_TRIED);
  expect(report.findings.slice(0, 3)).toEqual([]);
  expect(report.commands).toBe(COMMANDS_TRIED);
  expect(report.reached.size).toBeGreaterThan(COMMANDS.length * 0.8);
});
