import { Argument, type Command } from 'commander';
import { EngineClient } from './engineClient.ts';
import { positive } from './options.ts';
import { withProgress } from './progress.ts';
import { machinesOf, type ShownMachine, type ShownMachines } from './shownMachine.ts';
import { fields, table } from './table.ts';
import { addVerb, answer, machinePath, type VerbOptions } from './verb.ts';

/** Adds `machine`: the life of machines. */
export function addMachine(program: Command): void {
  const machine = program.command('machine').description('make machines and lead their lives');
  addMaking(machine);
  addLooking(machine);
  addChange(machine, 'pause <name>', 'pause a machine: its TPM answers TPM_RC_RETRY', 'pause');
  addChange(machine, 'resume <name>', 'resume a paused machine', 'resume');
  addChange(machine, 'endorse <name>', 'end the hold of a copy: found its endorsement', 'endorse');
  addTimeTravel(machine);
  addVerb(machine, 'power <name>', "switch a machine's power")
    .addArgument(new Argument('<state>', 'what to').choices(['on', 'off', 'reset']))
    .action(async (name: string, state: string, options: VerbOptions) => {
      show(options, await post(options, `${machinePath(name)}/power`, { state }));
    });
  addVerb(machine, 'retire <name>', 'end a machine for good; its history stays readable').action(
    async (name: string, options: VerbOptions) => {
      show(options, await new EngineClient(options.data).delete(machinePath(name)));
    },
  );
}

type CreateOptions = VerbOptions & {
  readonly account?: string;
  readonly host?: string;
  readonly tpm: boolean;
  readonly count?: number;
};

function addMaking(machine: Command): void {
  addVerb(machine, 'create <name>', 'make a machine; it is off')
    .option('--account <account>', 'whose it is')
    .option('--host <host>', 'where it runs')
    .option('--no-tpm', 'make it without a TPM')
    .option('--count <n>', 'make NAME-1 to NAME-n', positive)
    .action(async (name: string, options: CreateOptions) => {
      const { account, host, tpm, count } = options;
      const asked = post(options, '/machines', { name, account, host, tpm, count });
      show(options, await withProgress('making machines', () => asked));
    });
  addVerb(machine, 'clone <name> <new>', 'copy a machine; the copy has an identity of its own')
    .option('--snapshot <snapshot>', 'copy the machine as it was at a snapshot')
    .option('--count <n>', 'make NEW-1 to NEW-n', positive)
    .option('--hold', 'stop before the endorsement of the copy is founded anew')
    .action(clone);
}

type MachinePage = { readonly machines: readonly ShownMachine[]; readonly next: string | null };

type CloneOptions = VerbOptions & {
  readonly snapshot?: string;
  readonly count?: number;
  readonly hold?: true;
};

async function clone(source: string, name: string, options: CloneOptions): Promise<void> {
  const { snapshot, count, hold } = options;
  const asked = post(options, `${machinePath(source)}/clones`, { name, snapshot, count, hold });
  show(options, await withProgress('cloning', () => asked));
}

function addLooking(machine: Command): void {
  addVerb(machine, 'list', 'list machines').action(async (options: VerbOptions) => {
    const machines: ShownMachine[] = [];
    for await (const page of pagesOf(new EngineClient(options.data))) machines.push(...page);
    answer(options, { machines }, () => listed(machines));
  });
  addVerb(machine, 'show <name>', 'show a machine and its TPM').action(
    async (name: string, options: VerbOptions) => {
      const shown = await new EngineClient(options.data).get<ShownMachine>(machinePath(name));
      answer(options, shown, () => detailed(shown));
    },
  );
}

async function* pagesOf(client: EngineClient): AsyncGenerator<readonly ShownMachine[]> {
  let after: string | null | undefined;
  while (after !== null) {
    const page: MachinePage = await client.get<MachinePage>('/machines', { after });
    yield page.machines;
    after = page.next;
  }
}

function addChange(machine: Command, usage: string, description: string, verb: string): void {
  addVerb(machine, usage, description).action(async (name: string, options: VerbOptions) => {
    show(options, await post(options, `${machinePath(name)}/${verb}`, {}));
  });
}

function addTimeTravel(machine: Command): void {
  addVerb(machine, 'snapshot <name> <snapshot>', 'name the present point of a machine').action(
    async (name: string, snapshot: string, options: VerbOptions) => {
      show(options, await post(options, `${machinePath(name)}/snapshots`, { name: snapshot }));
    },
  );
  addVerb(machine, 'rollback <name>', 'go back to a snapshot')
    .requiredOption('--to <snapshot>', 'the snapshot')
    .action(async (name: string, options: VerbOptions & { readonly to: string }) => {
      show(options, await post(options, `${machinePath(name)}/rollbacks`, { to: options.to }));
    });
}

function post(
  { data }: VerbOptions,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<ShownMachines> {
  return new EngineClient(data).post(path, body);
}

function show(options: VerbOptions, shown: ShownMachines): void {
  answer(options, shown, () => listed(machinesOf(shown)));
}

function listed(machines: readonly ShownMachine[]): readonly string[] {
  if (machines.length === 0) return ['There are no machines.'];
  const head = ['NAME', 'STATE', 'ACCOUNT', 'HOST', 'GENERATION', 'VERSION', 'ENDORSED', 'TPM'];
  const rows = machines.map(({ name, state, account, host, tpm }) => {
    const outside = [name, state, account, host];
    if (tpm === null) return outside;
    const endorsed = tpm.endorsement.status === 'enabled' ? 'yes' : 'no';
    return [...outside, tpm.generation, tpm.historyVersion, endorsed, tpm.incarnation];
  });
  return table(
    head,
    rows.map((row) => head.map((_, i) => row[i])),
  );
}

function detailed(machine: ShownMachine): readonly string[] {
  const { name, account, host, state, createdAt, source, snapshots, endpoints } = machine;
  const from = source?.snapshot === undefined ? '' : ` at snapshot ${source.snapshot}`;
  const points = snapshots.map((point) => [point.name, point.historyVersion, point.at]);
  const places = endpoints.map(({ id, protocol, listen }) => [id, protocol, listen]);
  return [
    ...fields([
      ['name', name],
      ['account', account],
      ['host', host],
      ['state', state],
      ['created', createdAt ?? 'unknown'],
      ...(source === null ? [] : [['cloned from', source.machine + from] as const]),
      ...tpmFields(machine),
    ]),
    ...(points.length === 0 ? [] : ['', ...table(['SNAPSHOT', 'VERSION', 'TIME'], points)]),
    ...(places.length === 0 ? [] : ['', ...table(['ENDPOINT', 'PROTOCOL', 'LISTEN'], places)]),
  ];
}

function tpmFields({ tpm }: ShownMachine): readonly (readonly [string, string | number])[] {
  if (tpm === null) return [['TPM', 'none']];
  const { parent } = tpm;
  const origin = parent === null ? 'none' : `${parent.incarnation} at ${parent.version}`;
  return [
    ['TPM', tpm.phase ?? ''],
    ['incarnation', tpm.incarnation],
    ['stream', `${tpm.stream} at ${tpm.version}`],
    ['version', tpm.historyVersion],
    ['lineage', tpm.lineage],
    ['generation', tpm.generation],
    ['parent', parent === null ? origin : `${origin} (${parent.reason})`],
    ['lineage counter', tpm.lineageCounter],
    ['lineage register', tpm.lineageRegister],
    ['endorsement', tpm.endorsement.status],
    ...Object.entries(tpm.endorsement.ekPublic ?? {}).map(
      ([kind, key]) => [`  EK ${kind}`, key] as const,
    ),
  ];
}
