import type { Step } from './client.ts';
import type { Request } from './request.ts';
import type { Setting } from './settings.ts';

/** One case of the list: what is done in a setting, each step of which is answered as recorded. */
export type Case = {
  /** The command it is about. */
  readonly command: string;
  /** What is special about it; no two cases of a command have the same. */
  readonly name: string;
  readonly setting: Setting;
  readonly steps: readonly Step[];
};

/** A request that is answered with success in its setting, from which others are derived. */
export type Valid = { readonly setting: Setting; readonly request: Request };

/** What a case is called in the golden file. */
export function nameOf({ command, name }: Case): string {
  return `${command}: ${name}`;
}

/** A case of the command of its last step. */
export function caseOf(setting: Setting, name: string, ...steps: readonly Step[]): Case {
  const last = steps.findLast((step) => 'command' in step);
  if (last === undefined) throw new Error(`${name} sends nothing`);
  return { command: last.command, name, setting, steps };
}

/** A case that is about more than one command. */
export function storyOf(
  about: string,
  setting: Setting,
  name: string,
  ...steps: readonly Step[]
): Case {
  return { command: about, name, setting, steps };
}

/** A setting that further steps lead to. */
export function after(on: Setting, name: string, ...steps: readonly Step[]): Setting {
  return { name, on, steps };
}
