/** Which way things point. Read by eslint.config.js for fast feedback and by tidy.test.ts. */

const DATA = ['domain/structures', 'domain/crypto', 'domain/tpm'];

/** What each folder may import besides itself. A folder that is not listed may import anything. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'domain/structures': [],
  'domain/crypto': ['domain/structures'],
  'domain/tpm': ['domain/structures', 'domain/crypto'],
  'domain/commands': DATA,
  'domain/processor': [...DATA, 'domain/commands'],
  'domain/lineage': DATA,
  'domain/machines': [...DATA, 'domain/lineage'],
  'domain/accounts': [...DATA, 'domain/lineage', 'domain/machines'],
  'domain/engine': [
    ...DATA,
    'domain/commands',
    'domain/processor',
    'domain/lineage',
    'domain/machines',
    'domain/accounts',
  ],
  projections: [...DATA, 'domain/lineage', 'domain/machines', 'domain/accounts', 'domain/engine'],
  infrastructure: ['domain', 'projections'],
};

/** The only file of the domain that sees Node.js. */
export const NODE_FILE = 'domain/crypto/node.ts';

/** The only file that knows the tsyringe container. */
export const COMPOSITION = 'infrastructure/composition.ts';

type PackageHome = Readonly<{
  package: RegExp;
  /** Files and folders (ending in a slash) that may import it. */
  homes: readonly string[];
}>;

/** Packages that have a home; tests and benchmarks may import anything. */
export const PACKAGE_HOMES: readonly PackageHome[] = [
  { package: /^node:crypto$/, homes: [NODE_FILE, 'infrastructure/'] },
  { package: /^node:/, homes: [NODE_FILE, 'infrastructure/', 'projections/'] },
  { package: /^@noble\//, homes: ['domain/crypto/'] },
  { package: /^@eventstore\//, homes: ['infrastructure/store/'] },
  { package: /^@grpc\//, homes: [] },
  {
    package: /^rxjs(\/|$)/,
    homes: ['projections/run.ts', 'infrastructure/http/', 'infrastructure/cli/'],
  },
  { package: /^tsyringe$/, homes: ['infrastructure/'] },
  { package: /^reflect-metadata$/, homes: ['infrastructure/'] },
  { package: /^class-(validator|transformer)/, homes: ['infrastructure/'] },
  { package: /^[^.]/, homes: [NODE_FILE, 'domain/crypto/', 'infrastructure/', 'projections/'] },
];

/** What infrastructure may take from node:crypto: randomness. The rest is domain/crypto's. */
export const NODE_CRYPTO_OUTSIDE_DOMAIN: readonly string[] = [
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomUUID',
  'generatePrime',
  'generatePrimeSync',
];

/** What would let time, chance or the machine into the domain unseen. */
export const FORBIDDEN_GLOBALS: readonly string[] = [
  'Buffer',
  'Date',
  'Intl',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
];

/** Whether a path is one of these files or lies in one of these folders (ending in a slash). */
export function isAtHome(path: string, homes: readonly string[]): boolean {
  return homes.some((home) => (home.endsWith('/') ? path.startsWith(home) : path === home));
}

/** The longest folder of MAY_IMPORT that holds the path. */
export function layerOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((folder) => path.startsWith(`${folder}/`));
}

/** Whether a file of the first path's layer may import a file of the second path's. */
export function mayImport(from: string, to: string): boolean {
  const layer = layerOf(from);
  if (layer === undefined) return true;
  return [layer, ...(MAY_IMPORT[layer] ?? [])].some((folder) => to.startsWith(`${folder}/`));
}
