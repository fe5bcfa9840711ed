import { Option, type Command } from 'commander';
import { EngineClient } from './engineClient.ts';
import { positive } from './options.ts';
import { outline } from './outline.ts';
import { addVerb, answer, machinePath, type VerbOptions } from './verb.ts';

type InspectOptions = VerbOptions & {
  readonly at?: number;
  readonly time?: string;
  readonly snapshot?: string;
};

type Differences = {
  readonly from: number;
  readonly to: number;
  readonly differences: readonly {
    readonly path: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
};

/** Adds `inspect` and `diff`: a TPM at a point in its life, and between two. */
export function addState(program: Command): void {
  addVerb(program, 'inspect <name>', "show a machine's TPM as it is, or was at a point")
    .addOption(
      new Option('--at <version>', 'at this version of its history')
        .argParser(positive)
        .conflicts(['time', 'snapshot']),
    )
    .addOption(new Option('--time <iso>', 'at this time').conflicts(['at', 'snapshot']))
    .addOption(new Option('--snapshot <name>', 'at this snapshot').conflicts(['at', 'time']))
    .action(inspect);
  addVerb(program, 'diff <name>', 'show what changed in a TPM between two points')
    .requiredOption('--from <version>', 'the earlier version', positive)
    .requiredOption('--to <version>', 'the later version', positive)
    .action(diff);
}

async function inspect(name: string, options: InspectOptions): Promise<void> {
  const { data, at, time, snapshot } = options;
  const client = new EngineClient(data);
  const query = { at, time, snapshot };
  const state = await client.get<Readonly<Record<string, unknown>>>(
    `${machinePath(name)}/state`,
    query,
  );
  answer(options, state, () => outline(state));
}

type DiffOptions = VerbOptions & { readonly from: number; readonly to: number };

async function diff(name: string, options: DiffOptions): Promise<void> {
  const { data, from, to } = options;
  const path = `${machinePath(name)}/diff`;
  const found = await new EngineClient(data).get<Differences>(path, { from, to });
  answer(options, found, () => {
    if (found.differences.length === 0) return [`Nothing changed from ${from} to ${to}.`];
    return found.differences.map(({ path: where, before, after }) => {
      return `${where}: ${shown(before)} → ${shown(after)}`;
    });
  });
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
