import type { Command } from './command.ts';
import { pcrExtend } from './pcr/pcrExtend.ts';
import { getRandom } from './random/getRandom.ts';

/** The table of commands, in the order of their codes. Part 2, 6.5.2 TPM_CC Listing */
export const COMMANDS: readonly Command[] = [
  getRandom,
  pcrExtend,
];
