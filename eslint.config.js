import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import {
  COMPOSITION,
  FORBIDDEN_GLOBALS,
  MAY_IMPORT,
  NODE_FILE,
  PACKAGE_HOMES,
} from './test/support/tidy/layers.ts';

/**
 * Import directions while typing; test/tidy.test.ts is the complete check. `no-restricted-imports`
 * cannot be added up from several blocks, so each layer gets one block with all it must not import.
 */
const layers = Object.entries(MAY_IMPORT).flatMap(([layer, allowed]) => {
  const patterns = [...foreignFolders(layer, allowed), ...foreignPackages(layer)];
  const block = restricted([`${layer}/**/*.ts`], patterns);
  if (layer !== 'domain/commands') return [block];
  const sibling = {
    regex: '^\\.\\./(?!\\.\\./)[^/]+/',
    message: 'A command chapter imports no other chapter.',
  };
  return [block, restricted([`${layer}/*/*.ts`], [...patterns, sibling])];
});

function restricted(files, patterns) {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

function foreignFolders(layer, allowed) {
  const folders = Object.keys(MAY_IMPORT).filter(
    (folder) => folder !== layer && !allowed.some((name) => `${folder}/`.startsWith(`${name}/`)),
  );
  return folders.map((folder) => ({
    regex: `^(\\.\\./)+(domain/)?${folder.replace('domain/', '')}/`,
    message: `${layer} does not import ${folder}.`,
  }));
}

function foreignPackages(layer) {
  const isOutside = (home) => !home.startsWith(`${layer}/`) && !`${layer}/`.startsWith(home);
  const rules = PACKAGE_HOMES.filter(({ homes }) => homes.every(isOutside));
  // The last rule is about every package: where it applies, the others would only repeat it.
  const telling = rules.includes(PACKAGE_HOMES.at(-1)) ? rules.slice(-1) : rules;
  return telling.map((rule) => ({
    regex: rule.package.source,
    message: `${layer} does not import this package.`,
  }));
}

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Rows, codecs and evolvers infer literal types through parameters that are used once.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A port is asynchronous although one of its adapters has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...FORBIDDEN_GLOBALS],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
  {
    // Loops over octets index within bounds they have just computed.
    files: ['domain/crypto/**/*.ts', 'domain/structures/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...layers,
  { files: [NODE_FILE, COMPOSITION], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['*.js'], languageOptions: { globals: { process: 'readonly' } } },
);
