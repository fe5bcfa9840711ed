import { describe, expect, it } from 'vitest';
import {
  misplacedCommands,
  strayCommandFacts,
  uncitedCommands,
  unlistedCommands,
  untestedCommands,
} from './support/tidy/commandRules.ts';
import {
  barrels,
  impureNames,
  importCycles,
  strayPackages,
  wrongDirections,
} from './support/tidy/importRules.ts';
import {
  emptyNames,
  leftovers,
  oversizeFiles,
  oversizeFunctions,
  undocumentedExports,
} from './support/tidy/shapeRules.ts';
import { parseSource, projectSources } from './support/tidy/sourceTree.ts';
import type { Source, Violation } from './support/tidy/sourceTree.ts';

type Rule = (sources: readonly Source[]) => readonly Violation[];

type Case = Readonly<{
  claim: string;
  rule: Rule;
  /** Sets of files, by path, each of which breaks the rule exactly once. */
  breaches: readonly Readonly<Record<string, string>>[];
}>;

const row = (section: string): string =>
  `export const clear = command({ code: 0x126, section: '${section}', decide: () => [] });`;

const CASES: readonly Case[] = [
  {
    claim: 'imports point inwards, and no command chapter imports another',
    rule: wrongDirections,
    breaches: [
      { 'domain/tpm/pcr.ts': "import { execute } from '../processor/execute.ts';" },
      { 'domain/commands/nv/nvRead.ts': "import { x } from '../pcr/pcrRead.ts';" },
    ],
  },
  {
    claim: 'packages are imported where they are at home',
    rule: strayPackages,
    breaches: [
      { 'domain/crypto/hash.ts': "import { createHash } from 'node:crypto';" },
      { 'infrastructure/x.ts': "import { createHash, randomBytes } from 'node:crypto';" },
      { 'infrastructure/x.ts': "import { container, inject } from 'tsyringe';" },
    ],
  },
  {
    claim: 'no time, chance or machine in the domain',
    rule: impureNames,
    breaches: [
      { 'domain/tpm/clock.ts': 'const n = Date.now(); const f = (process: P) => process.x;' },
    ],
  },
  {
    claim: 'no file only passes on what others export',
    rule: barrels,
    breaches: [{ 'domain/tpm/all.ts': "export * from './pcr.ts';" }],
  },
  {
    claim: 'no imports in a circle',
    rule: importCycles,
    breaches: [
      {
        'domain/tpm/a.ts': "import type { B } from './b.ts';",
        'domain/tpm/b.ts': "import { a } from './a.ts';",
      },
    ],
  },
  {
    claim: 'files keep to 400 lines of 100 columns',
    rule: oversizeFiles,
    breaches: [{ 'domain/tpm/a.ts': 'x;\n'.repeat(401) }],
  },
  {
    claim: 'functions keep to 70 lines',
    rule: oversizeFunctions,
    breaches: [{ 'domain/tpm/a.ts': `function f() {${'\n'.repeat(70)}}` }],
  },
  {
    claim: 'file names say something',
    rule: emptyNames,
    breaches: [{ 'infrastructure/keyManager.ts': '' }],
  },
  {
    claim: 'nothing is left for later and no test is left out',
    rule: leftovers,
    breaches: [{ 'test/a.test.ts': "it.only('x', () => undefined);" }],
  },
  {
    claim: 'every export of the domain says what it means',
    rule: undocumentedExports,
    breaches: [{ 'domain/tpm/a.ts': '/** One. */\nexport const a = 1;\nexport const b = 2;' }],
  },
  {
    claim: 'every command cites its clause and title',
    rule: uncitedCommands,
    breaches: [{ 'domain/commands/hierarchy/clear.ts': row('24.6') }],
  },
  {
    claim: 'every command has a file of its name',
    rule: misplacedCommands,
    breaches: [{ 'domain/commands/hierarchy/wipe.ts': row('24.6 TPM2_Clear') }],
  },
  {
    claim: 'every command stands once in the table',
    rule: unlistedCommands,
    breaches: [
      {
        'domain/commands/index.ts': "import { clear } from './hierarchy/clear.ts';",
        'domain/commands/hierarchy/clear.ts': row('24.6 TPM2_Clear'),
      },
      { 'domain/commands/index.ts': "import { wipe } from './hierarchy/wipe.ts';" },
    ],
  },
  {
    claim: 'every command has a test',
    rule: untestedCommands,
    breaches: [{ 'domain/commands/hierarchy/clear.ts': row('24.6 TPM2_Clear') }],
  },
  {
    claim: "a command's code and title stand in its own file alone",
    rule: strayCommandFacts,
    breaches: [
      {
        'domain/commands/hierarchy/clear.ts': row('24.6 TPM2_Clear'),
        'domain/processor/execute.ts': 'if (code === 0x126) check();',
      },
    ],
  },
];

describe('tidiness', () => {
  const sources = projectSources();

  it.each(CASES)('$claim', ({ rule }) => {
    const violations = rule(sources);
    if (violations.length > 0) expect.fail(violations.join('\n'));
  });
});

describe('the rules themselves', () => {
  it.each(CASES)('notice when not: $claim', ({ rule, breaches }) => {
    for (const breach of breaches) {
      const sources = Object.entries(breach).map(([path, text]) => parseSource(path, text));
      expect(rule(sources)).toHaveLength(1);
    }
  });
});
