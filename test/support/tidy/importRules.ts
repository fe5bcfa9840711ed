import ts from 'typescript';
import {
  COMPOSITION,
  FORBIDDEN_GLOBALS,
  NODE_CRYPTO_OUTSIDE_DOMAIN,
  PACKAGE_HOMES,
  isAtHome,
  layerOf,
  mayImport,
} from './layers.ts';
import { violation, walk } from './sourceTree.ts';
import type { Import, Source, Violation } from './sourceTree.ts';

/** Imports between layers against the direction, and between command chapters. */
export function wrongDirections(sources: readonly Source[]): readonly Violation[] {
  return eachImport(sources, ({ path }, { target }) => {
    if (target === undefined) return undefined;
    if (!mayImport(path, target)) return `${layerOf(path) ?? ''} does not import ${target}`;
    const [from, to] = [chapterOf(path), chapterOf(target)];
    if (from === undefined || to === undefined || from === to) return undefined;
    return `command chapter ${from} does not import chapter ${to}`;
  });
}

/** Packages imported outside their home. */
export function strayPackages(sources: readonly Source[]): readonly Violation[] {
  return eachImport(sources, ({ path }, { specifier, target, names }) => {
    if (target !== undefined || layerOf(path) === undefined) return undefined;
    const rule = PACKAGE_HOMES.find((one) => one.package.test(specifier));
    if (rule && !isAtHome(path, rule.homes)) return `${specifier} has no place here`;
    if (specifier === 'tsyringe' && path !== COMPOSITION) return strayContainer(names);
    if (specifier === 'node:crypto' && !path.startsWith('domain/')) return strayCrypto(names);
    return undefined;
  });
}

/** What a class says of itself, and the type of a name that it asks for. */
const WITHOUT_CONTAINER = ['inject', 'injectable', 'singleton', 'InjectionToken'];

function strayContainer(names: readonly string[]): string | undefined {
  const isKnown = names.some((name) => !WITHOUT_CONTAINER.includes(name));
  return isKnown ? `only ${COMPOSITION} knows the container` : undefined;
}

function strayCrypto(names: readonly string[]): string | undefined {
  const stray = names.filter((name) => !NODE_CRYPTO_OUTSIDE_DOMAIN.includes(name));
  return stray.length > 0
    ? `${stray.join(', ')} of node:crypto belongs in domain/crypto`
    : undefined;
}

/** Names in the domain that let time, chance or the machine in. */
export function impureNames(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(({ path }) => path.startsWith('domain/')).flatMap(impureNamesOf);
}

function impureNamesOf(source: Source): readonly Violation[] {
  const declared = new Set<string>();
  const used: ts.Identifier[] = [];
  const violations: Violation[] = [];
  walk(source.ast, (node) => {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') {
      violations.push(violation(source, node, 'Math.random has no place in the domain'));
    }
    if (!ts.isIdentifier(node) || !FORBIDDEN_GLOBALS.includes(node.text)) return;
    if (isDeclared(node)) declared.add(node.text);
    else if (!isMemberName(node)) used.push(node);
  });
  const foreign = used.filter((node) => !declared.has(node.text));
  return [
    ...violations,
    ...foreign.map((node) => violation(source, node, `${node.text} has no place in the domain`)),
  ];
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  const isBinding =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isImportSpecifier(parent);
  return isBinding && parent.name === node;
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent);
  return isMember && parent.name === node;
}

/** Files that only pass on what others export; the command table is the one that may. */
export function barrels(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter(({ path }) => layerOf(path) !== undefined && path !== 'domain/commands/index.ts')
    .flatMap((source) =>
      source.ast.statements
        .filter((node) => ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
        .map((node) => violation(source, node, 're-exports: import from where it is written')),
    );
}

/** Groups of files that import one another in a circle, types included. */
export function importCycles(sources: readonly Source[]): readonly Violation[] {
  const targets = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ target }) => (target === undefined ? [] : [target])),
    ]),
  );
  const done = new Set<string>();
  const cycles: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> ') + ' is a circle');
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}

type Judge = (source: Source, imported: Import) => string | undefined;

function eachImport(sources: readonly Source[], judge: Judge): readonly Violation[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((imported) => {
      const sentence = judge(source, imported);
      return sentence === undefined ? [] : [`${source.path}:${imported.line} ${sentence}`];
    }),
  );
}

function chapterOf(path: string): string | undefined {
  return /^domain\/commands\/([^/]+)\//.exec(path)?.[1];
}
