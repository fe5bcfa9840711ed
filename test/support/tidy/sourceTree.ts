import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['domain', 'infrastructure', 'projections', 'console', 'bench', 'test'];

export type Import = Readonly<{
  specifier: string;
  /** The imported file's path from the root; undefined for a package. */
  target: string | undefined;
  /** Imported names; `default` and `*` stand for themselves. */
  names: readonly string[];
  line: number;
}>;

export type Source = Readonly<{
  path: string;
  text: string;
  ast: ts.SourceFile;
  imports: readonly Import[];
}>;

/** A sentence that begins with `path:line`. */
export type Violation = string;

/** All TypeScript of the project, parsed, in the order of their paths. */
export function projectSources(): readonly Source[] {
  const paths = FOLDERS.filter((folder) => existsSync(ROOT + folder)).flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => `${folder}/${name}`),
  );
  return paths.sort().map((path) => parseSource(path, readFileSync(ROOT + path, 'utf8')));
}

/** One file, parsed; the path is from the root and decides which rules it is under. */
export function parseSource(path: string, text: string): Source {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  walk(ast, (node) => {
    const found = importOf(node);
    if (found === undefined) return;
    const { specifier, names } = found;
    const isFile = specifier.startsWith('.');
    const target = isFile ? posix.join(posix.dirname(path), specifier) : undefined;
    imports.push({ specifier, target, names, line: lineOf(ast, node) });
  });
  return { path, text, ast, imports };
}

/** Visits the node and all below it, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The line, counted from 1, on which the node begins. */
export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

/** A violation at a node. */
export function violation(source: Source, node: ts.Node, sentence: string): Violation {
  return `${source.path}:${lineOf(source.ast, node)} ${sentence}`;
}

type Found = Readonly<{ specifier: string; names: readonly string[] }>;

function importOf(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node)) {
    return found(node.moduleSpecifier, importedNames(node.importClause));
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier)
    return found(node.moduleSpecifier, ['*']);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return found(node.argument.literal, ['*']);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return found(node.arguments[0], ['*']);
  }
  return undefined;
}

function found(specifier: ts.Node | undefined, names: readonly string[]): Found | undefined {
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return undefined;
  return { specifier: specifier.text, names };
}

function importedNames(clause: ts.ImportClause | undefined): readonly string[] {
  if (clause === undefined) return [];
  const bindings = clause.namedBindings;
  const own = clause.name ? ['default'] : [];
  if (bindings === undefined) return own;
  if (ts.isNamespaceImport(bindings)) return [...own, '*'];
  return [...own, ...bindings.elements.map((one) => (one.propertyName ?? one.name).text)];
}
