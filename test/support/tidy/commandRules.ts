import { posix } from 'node:path';
import ts from 'typescript';
import { violation, walk } from './sourceTree.ts';
import type { Source, Violation } from './sourceTree.ts';

const TABLE = 'domain/commands/index.ts';

/** Files of the domain in which a number that is also a command code means something else. */
const OTHER_MEANINGS: Readonly<Record<string, string>> = {
  'domain/structures/responseCodes.ts': 'response codes from RC_VER1 up use the same numbers',
};

type Command = Readonly<{
  source: Source;
  node: ts.Node;
  name: string;
  code: number | undefined;
  /** Clause and title, from the row's section or the docblock. */
  title: string | undefined;
}>;

/** Commands that do not say, with clause and title, which one of Part 3 they are. */
export function uncitedCommands(sources: readonly Source[]): readonly Violation[] {
  return commandsOf(sources).flatMap(({ source, node, name, title }) => {
    if (title === undefined) return [violation(source, node, `${name} cites no clause of Part 3`)];
    const plain = title.replaceAll('_', '').toLowerCase();
    // A word that is reserved in the language cannot be a name by itself.
    const expected = plain === 'import' ? 'importobject' : plain;
    if (expected === name.toLowerCase()) return [];
    return [violation(source, node, `${name} cites TPM2_${title}`)];
  });
}

/** Commands that do not have a file of their own name to themselves. */
export function misplacedCommands(sources: readonly Source[]): readonly Violation[] {
  return commandsOf(sources)
    .filter(({ source, name }) => posix.basename(source.path, '.ts') !== name)
    .map(({ source, node, name }) => violation(source, node, `${name} belongs in ${name}.ts`));
}

/** Commands that do not stand once in the table, and what stands there without being one. */
export function unlistedCommands(sources: readonly Source[]): readonly Violation[] {
  const table = sources.find(({ path }) => path === TABLE);
  const commands = commandsOf(sources);
  const unlisted = commands.flatMap(({ source, node, name }) => {
    const times = table === undefined ? 0 : listings(table, source.path, name);
    if (times === 1) return [];
    return [violation(source, node, `${name} stands ${times} times in ${TABLE}, not once`)];
  });
  const foreign = table?.imports.filter(
    ({ target }) =>
      target?.startsWith('domain/commands/') === true &&
      target.split('/').length === 4 &&
      !commands.some(({ source }) => source.path === target),
  );
  return [
    ...unlisted,
    ...(foreign ?? []).map(({ line, specifier }) => `${TABLE}:${line} ${specifier} has no row`),
  ];
}

/** Commands that no test under test/domain/commands mentions. */
export function untestedCommands(sources: readonly Source[]): readonly Violation[] {
  const tests = sources.filter(({ path }) => path.startsWith('test/domain/commands/'));
  const words = new Set(tests.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  return commandsOf(sources)
    .filter(({ name }) => !words.has(name))
    .map(({ source, node, name }) => violation(source, node, `${name} has no test`));
}

/** Codes and titles of commands written anywhere in the domain but in the command's own file. */
export function strayCommandFacts(sources: readonly Source[]): readonly Violation[] {
  const commands = commandsOf(sources);
  const homes = new Map(commands.map(({ code, source }) => [code, source.path]));
  const titles = new Map(commands.map(({ title, source }) => [`TPM2_${title ?? ''}`, source.path]));
  return domainOf(sources).flatMap((source) => {
    const violations: Violation[] = [];
    walk(source.ast, (node) => {
      const home = homeOfFact(node, homes, titles);
      if (home === undefined || home === source.path) return;
      if (ts.isNumericLiteral(node) && OTHER_MEANINGS[source.path] !== undefined) return;
      violations.push(violation(source, node, `${node.getText()} belongs in ${home} alone`));
    });
    return violations;
  });
}

function homeOfFact(
  node: ts.Node,
  homes: ReadonlyMap<number | undefined, string>,
  titles: ReadonlyMap<string, string>,
): string | undefined {
  if (ts.isIdentifier(node) && node.text.startsWith('TPM_CC_')) return "the command's file";
  if (ts.isNumericLiteral(node) && /^0x/i.test(node.getText())) return homes.get(Number(node.text));
  if (!ts.isStringLiteralLike(node)) return undefined;
  const title = /TPM2_\w+/.exec(node.text)?.[0];
  return title === undefined ? undefined : titles.get(title);
}

function domainOf(sources: readonly Source[]): readonly Source[] {
  return sources.filter(({ path }) => path.startsWith('domain/'));
}

/** How often the table lists a command it imports from the path. */
function listings(table: Source, path: string, name: string): number {
  const imports = table.imports.filter(
    ({ target, names }) => target === path && names.includes(name),
  );
  let times = 0;
  walk(table.ast, (node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return;
    if (!ts.isImportSpecifier(node.parent)) times += 1;
  });
  return imports.length === 1 ? times : 0;
}

/** Every exported constant of a chapter that is made by a call with a row that has a `code`. */
function commandsOf(sources: readonly Source[]): readonly Command[] {
  return sources
    .filter(({ path }) => /^domain\/commands\/[^/]+\/[^/]+\.ts$/.test(path))
    .flatMap((source) =>
      source.ast.statements.filter(ts.isVariableStatement).flatMap((statement) =>
        statement.declarationList.declarations.flatMap((declaration) => {
          const command = commandIn(source, statement, declaration);
          return command === undefined ? [] : [command];
        }),
      ),
    );
}

function commandIn(
  source: Source,
  statement: ts.VariableStatement,
  declaration: ts.VariableDeclaration,
): Command | undefined {
  const call = declaration.initializer;
  if (call === undefined || !ts.isCallExpression(call)) return undefined;
  const row = call.arguments.find(ts.isObjectLiteralExpression);
  const code = row && valueOf(row, 'code');
  if (row === undefined || code === undefined) return undefined;
  const section = valueOf(row, 'section');
  const cited = section && ts.isStringLiteralLike(section) ? `Part 3, ${section.text}` : '';
  const comments = source.text.slice(statement.getFullStart(), statement.getStart());
  return {
    source,
    node: declaration,
    name: declaration.name.getText(),
    code: ts.isNumericLiteral(code) ? Number(code.text) : undefined,
    title: /Part 3, \d+\.\d+(?:\.\d+)? TPM2_(\w+)/.exec(cited + comments)?.[1],
  };
}

function valueOf(row: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = row.properties.find((one) => one.name?.getText() === name);
  return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}
