import { posix } from 'node:path';
import ts from 'typescript';
import { violation, walk } from './sourceTree.ts';
import type { Source, Violation } from './sourceTree.ts';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

const EMPTY_NAMES = new Set(
  'util utils helper helpers common type types manager service impl'.split(' '),
);

// Put together here so that this file does not break its own rule.
const LEFTOVERS: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME'].join('|')})\\b`), 'is left for later'],
  [/\b(it|test|describe)(\.\w+)*\.only\b/, 'narrows the run to one test'],
  [/\b(it|test|describe)(\.\w+)*\.(skip|todo)\(/, 'is a test that never runs'],
];

/** The name of the one thing imported and its path cannot be broken. */
const IMPORT = /^import \{ \w+ \} from '[^']+';$/;

/** Files and lines over their limits. */
export function oversizeFiles(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n');
    const long = lines.flatMap((line, index) =>
      line.length > COLUMNS_MAX && !IMPORT.test(line)
        ? [`${path}:${index + 1} is ${line.length} columns wide`]
        : [],
    );
    return lines.length > FILE_LINES_MAX ? [`${path}:1 has ${lines.length} lines`, ...long] : long;
  });
}

/** Functions over their limit; test files are lists of cases and may nest at length. */
export function oversizeFunctions(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(({ path }) => !/\.(test|contract)\.ts$/.test(path))
    .flatMap((source) => {
      const violations: Violation[] = [];
      walk(source.ast, (node) => {
        if (!ts.isFunctionLike(node)) return;
        const lines = node.getText(source.ast).split('\n').length;
        if (lines <= FUNCTION_LINES_MAX) return;
        violations.push(violation(source, node, `is a function of ${lines} lines`));
      });
      return violations;
    });
}

/** Words in file names that say nothing about what is in the file. */
export function emptyNames(sources: readonly Source[]): readonly Violation[] {
  return sources.flatMap(({ path }) => {
    const words = posix.basename(path, '.ts').split(/[.\-_]|(?=[A-Z])/);
    const empty = words.filter((word) => EMPTY_NAMES.has(word.toLowerCase()));
    return empty.map((word) => `${path}:1 is named "${word}", which says nothing`);
  });
}

/** Marks of unfinished work. */
export function leftovers(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(({ path }) => path !== 'test/tidy.test.ts')
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          LEFTOVERS.filter(([mark]) => mark.test(line)).map(
            ([, sentence]) => `${path}:${index + 1} ${sentence}: ${line.trim()}`,
          ),
        ),
    );
}

/** Exports of the domain that do not say what they mean. */
export function undocumentedExports(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(({ path }) => path.startsWith('domain/')).flatMap(undocumentedExportsOf);
}

function undocumentedExportsOf(source: Source): readonly Violation[] {
  const documented = new Set<string>();
  return source.ast.statements.filter(isExported).flatMap((node) => {
    const names = namesOf(node);
    if (ts.getJSDocCommentsAndTags(node).length > 0) for (const name of names) documented.add(name);
    if (isTypeOfCodec(node) || names.every((name) => documented.has(name))) return [];
    return [violation(source, node, `${names.join(', ')} has no docblock`)];
  });
}

function isExported(node: ts.Statement): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  const modifiers = ts.getModifiers(node) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** `export type TpmtPublic = Of<typeof TPMT_PUBLIC>` is documented by its codec. */
function isTypeOfCodec(node: ts.Statement): boolean {
  return ts.isTypeAliasDeclaration(node) && /^Of<typeof \w+>$/.test(node.type.getText());
}

function namesOf(node: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText());
  }
  const name = (node as Partial<ts.DeclarationStatement>).name;
  return [name?.getText() ?? 'default'];
}
