import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { fromHex } from '../../domain/structures/octets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The test vectors that others publish lie beside the project, or where STEMMA_VECTORS says. */
const FOLDER = resolve(ROOT, process.env['STEMMA_VECTORS'] ?? '../shared/vectors');

/**
 * Whether the published vectors are there. When they are not, says on one line what is left out;
 * where STEMMA_REQUIRE_VECTORS=1 it throws that line, so that nothing is ever left out unseen.
 */
export function hasVectors(): boolean {
  if (existsSync(join(FOLDER, 'wycheproof')) && existsSync(join(FOLDER, 'botan'))) return true;
  const line = 'left out: tests that need the published vectors (set STEMMA_VECTORS)';
  if (process.env['STEMMA_REQUIRE_VECTORS'] === '1') throw new Error(line);
  process.stderr.write(`${line}\n`);
  return false;
}

/** The names of all files, without their endings; none where they are not there. */
export function vectorFiles(): readonly string[] {
  return ['wycheproof', 'botan'].flatMap((folder) => {
    const path = join(FOLDER, folder);
    const names = existsSync(path) ? readdirSync(path) : [];
    return names.flatMap((name) => /^(.*)\.(json|vec)$/.exec(name)?.[1] ?? []);
  });
}

/** The hash algorithms by the names that the files give them. */
export const HASH_NAME: Readonly<Record<string, HashAlg>> = {
  'SHA-1': 'SHA1',
  'SHA-256': 'SHA256',
  'SHA-384': 'SHA384',
  'SHA-512': 'SHA512',
};

/** One case of a Wycheproof file; the fields beside these depend on the file. */
export type WycheproofCase = Readonly<{
  tcId: number;
  comment: string;
  flags: readonly string[];
  result: 'valid' | 'invalid' | 'acceptable';
}>;

/** The groups of a Wycheproof file, whose other fields are as the caller knows them to be. */
export function wycheproof<Group, Case>(
  name: string,
): readonly (Group & Readonly<{ tests: readonly (Case & WycheproofCase)[] }>)[] {
  const text = readFileSync(join(FOLDER, 'wycheproof', `${name}.json`), 'utf8');
  const file = JSON.parse(text) as {
    testGroups: (Group & { tests: (Case & WycheproofCase)[] })[];
  };
  return file.testGroups;
}

/** One case of a Botan file: its values by name, under the latest heading. */
export type BotanCase = Readonly<{ heading: string; values: Readonly<Record<string, string>> }>;

/**
 * The cases of a Botan file. A value stands for the following cases too, until it is given anew;
 * `last` names the one that completes a case.
 */
export function botan(name: string, last: string): readonly BotanCase[] {
  const cases: BotanCase[] = [];
  let heading = '';
  let values: Record<string, string> = {};
  for (const line of readFileSync(join(FOLDER, 'botan', `${name}.vec`), 'utf8').split('\n')) {
    const title = /^\[(.*)\]$/.exec(line.trim());
    const [key = '', value = ''] = line.split('=').map((part) => part.trim());
    if (title !== null) [heading, values] = [title[1] ?? '', {}];
    else if (key !== '') values = { ...values, [key]: value };
    if (key === last) cases.push({ heading, values });
  }
  return cases;
}

/** A number in hexadecimal digits in `size` octets, however many leading zeros it came with. */
export function fixedWidth(hex: string, size: number): Uint8Array {
  const digits = hex.replace(/^0x/, '').replace(/^0+/, '');
  return fromHex(digits.padStart(2 * size, '0'));
}

/** Octets from hexadecimal digits, none when the value is missing. */
export function octetsOf(hex: string | undefined): Uint8Array {
  return fromHex(hex ?? '');
}

/** The sentence with which a case is named when it does not do as its file says. */
export function describeCase({ tcId, comment, result }: WycheproofCase): string {
  return `case ${tcId} (${result}): ${comment}`;
}
