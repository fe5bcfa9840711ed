import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasVectors, vectorFiles } from '../support/vectors.ts';

/** Files that no test reads, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'block-sm4': 'no profile has SM4: the reference is built without it',
  'hash-sm3': 'no profile has SM3: the reference is built without it',
  'kdf-sp800_56c': 'the derivation in two steps is none of a TPM, whose KDFe has one',
  'pubkey-sm2_invalid': 'these are ciphertexts over SM3, which no profile has',
};

const FOLDER = fileURLToPath(new URL('./', import.meta.url));
const OWN = 'files.test.ts';

/**
 * The names that a test can read: its texts, and its templates with each of these texts in the
 * place of what they leave open.
 */
function namesIn(source: string): ReadonlySet<string> {
  const texts = [...source.matchAll(/'([^'\n]+)'/g)].map(([, text = '']) => text);
  const templates = [...source.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].map(([, text = '']) => text);
  const filled = templates.flatMap((template) =>
    texts.map((text) => template.replace(/\$\{[^}]*\}/, text)),
  );
  return new Set([...texts, ...filled]);
}

describe.runIf(hasVectors())('the published vectors', () => {
  const sources = readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts') && name !== OWN);
  const read = sources.map((name) => namesIn(readFileSync(join(FOLDER, name), 'utf8')));
  const isRead = (file: string): boolean => read.some((names) => names.has(file));

  it.each(vectorFiles())('%s is read by a test, or left out for a reason', (file) => {
    expect(isRead(file)).toBe(!(file in LEFT_OUT));
  });

  it('leaves nothing out that is not there', () => {
    const files = vectorFiles();
    expect(Object.keys(LEFT_OUT).filter((name) => !files.includes(name))).toEqual([]);
  });
});
