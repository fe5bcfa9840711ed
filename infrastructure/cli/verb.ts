import type { Command } from 'commander';
import { requireName } from '../../domain/machines/refusal.ts';
import { segment } from './engineClient.ts';
import { dataOption } from './options.ts';
import { print, printJson } from './terminal.ts';

/** What every verb takes that asks an engine. */
export type VerbOptions = { readonly data: string; readonly json?: true };

/** Adds a verb that asks an engine. */
export function addVerb(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .addOption(dataOption())
    .option('--json', 'print JSON');
}

/** The answer of a verb: one JSON document, or lines for people. */
export function answer(
  { json }: { readonly json?: true },
  document: unknown,
  lines: () => readonly string[],
): void {
  if (json === true) printJson(document);
  else lines().forEach(print);
}

/** The address of a machine; refused when the name cannot be one. */
export function machinePath(name: string): string {
  return `/machines/${segment(requireName('name', name))}`;
}
