import { Option, type Command } from 'commander';
import { EngineClient } from './engineClient.ts';
import type { ShownTpm } from './shownMachine.ts';
import { print, printJson } from './terminal.ts';
import { addVerb, machinePath, type VerbOptions } from './verb.ts';

/** An incarnation in a family, as the engine shows it. */
export type ShownMember = ShownTpm & {
  readonly machine: string | null;
  readonly at: string;
  readonly isRetired: boolean;
};

export type ShownFamily = {
  readonly machine: string;
  readonly incarnation: string;
  readonly lineage: string;
  readonly incarnations: readonly ShownMember[];
};

/** Adds `lineage`: the family of a TPM. */
export function addLineage(program: Command): void {
  addVerb(program, 'lineage <name>', "show the whole family of a machine's TPM")
    .addOption(new Option('--dot', 'print a graph for Graphviz').conflicts('json'))
    .action(async (name: string, options: VerbOptions & { readonly dot?: true }) => {
      const path = `${machinePath(name)}/lineage`;
      const family = await new EngineClient(options.data).get<ShownFamily>(path);
      if (options.json === true) printJson(family);
      else (options.dot === true ? graph(family) : tree(family)).forEach(print);
    });
}

/** The family as a tree, each incarnation under the one it was forked from. */
export function tree(family: ShownFamily): readonly string[] {
  const roots = family.incarnations.filter(({ parent }) => parent === null);
  return roots.flatMap((root) => [
    label(family, root),
    ...branches(family, childrenOf(family, root), ''),
  ]);
}

function branches(
  family: ShownFamily,
  members: readonly ShownMember[],
  indent: string,
): readonly string[] {
  return members.flatMap((member, i) => {
    const isLast = i === members.length - 1;
    const inner = `${indent}${isLast ? '   ' : '│  '}`;
    return [
      `${indent}${isLast ? '└─ ' : '├─ '}${label(family, member)}`,
      ...branches(family, childrenOf(family, member), inner),
    ];
  });
}

function childrenOf(
  { incarnations }: ShownFamily,
  { incarnation }: ShownMember,
): readonly ShownMember[] {
  return incarnations.filter(({ parent }) => parent?.incarnation === incarnation);
}

const REGISTER_SHOWN = 16;

function label(family: ShownFamily, member: ShownMember): string {
  const { parent, incarnation, machine, generation, lineageCounter, lineageRegister } = member;
  const origin = parent === null ? 'original' : `${parent.reason} at ${parent.version}`;
  return [
    incarnation === family.incarnation ? `* ${machine ?? '?'}` : (machine ?? '?'),
    incarnation,
    origin,
    member.at,
    `generation ${generation}`,
    `version ${member.historyVersion}`,
    `counter ${lineageCounter}`,
    `register ${lineageRegister.slice(0, REGISTER_SHOWN)}…`,
    standing(member),
  ].join('  ');
}

function standing({ endorsement, isRetired }: ShownMember): string {
  if (isRetired) return 'retired';
  return endorsement.status === 'enabled' ? 'endorsed' : 'endorsement disabled';
}

/** The family in the language of Graphviz. */
export function graph(family: ShownFamily): readonly string[] {
  const nodes = family.incarnations.map((member) => {
    const { incarnation, machine, generation, lineageCounter } = member;
    const lines = [
      machine ?? '?',
      incarnation,
      `generation ${generation}, counter ${lineageCounter}`,
      standing(member),
    ];
    const style = member.isRetired ? ', style=dashed' : '';
    return `  "${incarnation}" [label="${lines.join('\\n')}"${style}];`;
  });
  const edges = family.incarnations.flatMap(({ incarnation, parent }) => {
    if (parent === null) return [];
    const edge = `"${parent.incarnation}" -> "${incarnation}"`;
    return [`  ${edge} [label="${parent.reason} at ${parent.version}"];`];
  });
  return ['digraph lineage {', '  node [shape=box];', ...nodes, ...edges, '}'];
}
