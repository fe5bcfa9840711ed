import { resolve } from 'node:path';
import type { Command } from 'commander';
import { print } from './terminal.ts';

/** Adds `demo`: the whole story in one command. */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('make a machine, drive its TPM, clone it, roll it back, check its lineage')
    .option('--keep <dir>', 'keep what is made in this folder')
    .action(async ({ keep }: { readonly keep?: string }) => {
      const { runDemo } = await import('../demo/demo.ts');
      await runDemo({ keep: keep === undefined ? null : resolve(keep), print });
    });
}
