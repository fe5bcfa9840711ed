import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EngineClient } from './engineClient.ts';
import { protocolOption } from './options.ts';
import { table } from './table.ts';
import { addVerb, answer, machinePath, type VerbOptions } from './verb.ts';

type ShownEndpoint = {
  readonly id: string;
  readonly machine: string;
  readonly protocol: string;
  readonly listen: string;
  readonly control: string;
  readonly connections: number;
};

/** Adds `endpoint`: where TPM clients connect. */
export function addEndpoint(program: Command): void {
  const endpoint = program.command('endpoint').description('where TPM clients connect');
  addVerb(endpoint, 'open <name>', 'open an endpoint of a machine for TPM clients')
    .addOption(protocolOption().makeOptionMandatory())
    .requiredOption('--listen <place>', 'tcp:HOST:PORT (0 picks a free pair) or unix:PATH')
    .option('--allow-remote', 'let others than this machine connect')
    .action(open);
  addVerb(endpoint, 'list [name]', 'list open endpoints').action(list);
  addVerb(endpoint, 'close <name>', 'close the endpoints of a machine, or one of them')
    .option('--id <id>', 'the endpoint')
    .action(close);
}

type OpenOptions = VerbOptions & {
  readonly protocol: string;
  readonly listen: string;
  readonly allowRemote?: true;
};

async function open(name: string, options: OpenOptions): Promise<void> {
  const { data, protocol, allowRemote } = options;
  const listen = absolute(options.listen);
  const path = `${machinePath(name)}/endpoints`;
  const body = { protocol, listen, allowRemote };
  const opened = await new EngineClient(data).post<ShownEndpoint>(path, body);
  answer(options, opened, () => listed([opened]));
}

/** A relative path is meant from here, not from where the engine runs. */
function absolute(listen: string): string {
  const path = /^unix:(.+)$/s.exec(listen)?.[1];
  return path === undefined ? listen : `unix:${resolve(path)}`;
}

async function list(name: string | undefined, options: VerbOptions): Promise<void> {
  const path = name === undefined ? '/endpoints' : `${machinePath(name)}/endpoints`;
  const found = await new EngineClient(options.data).get<{
    readonly endpoints: readonly ShownEndpoint[];
  }>(path);
  answer(options, found, () => listed(found.endpoints));
}

async function close(name: string, options: VerbOptions & { readonly id?: string }): Promise<void> {
  const { data, id } = options;
  const one = id === undefined ? '' : `/${encodeURIComponent(id)}`;
  const path = `${machinePath(name)}/endpoints${one}`;
  const done = await new EngineClient(data).delete<{ readonly closed: number }>(path);
  const what = done.closed === 1 ? '1 endpoint' : `${done.closed} endpoints`;
  answer(options, done, () => [`${name}: closed ${what}.`]);
}

function listed(endpoints: readonly ShownEndpoint[]): readonly string[] {
  if (endpoints.length === 0) return ['There are no open endpoints.'];
  return table(
    ['MACHINE', 'PROTOCOL', 'LISTEN', 'CONTROL', 'CLIENTS', 'ID'],
    endpoints.map(({ machine, protocol, listen, control, connections, id }) => {
      return [machine, protocol, listen, control, connections, id];
    }),
  );
}
