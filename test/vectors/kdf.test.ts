import { describe, expect, it } from 'vitest';
import { kdfa, kdfe } from '../../domain/crypto/kdf.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { EMPTY, toHex } from '../../domain/structures/octets.ts';
import { botan, HASH_NAME, hasVectors, octetsOf, type BotanCase } from '../support/vectors.ts';

const ALGORITHMS = Object.entries(HASH_NAME);

/** The headings that are left out, and why. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^SP800-108-Counter\(CMAC\(/, 'KDFa is over an HMAC'],
  [/^SP800-108-Counter\(HMAC\(SHA-256\),\d+,\d+\)$/, 'KDFa counts in 32 bits, as its size'],
  [/^SP800-56A\((HMAC|KMAC)/, 'KDFe is over a hash'],
  [/^SP800-56A\((SHA-224|SHA-3\(512\))\)$/, 'no profile has these hashes'],
];

const text = (octets: Uint8Array): string => String.fromCharCode(...octets);

function counterMode(alg: HashAlg, { values }: BotanCase): Uint8Array {
  const size = octetsOf(values['Output']).length;
  // The terminating zero is given, since some of these labels end in one of their own.
  const label = `${text(octetsOf(values['Label']))}\0`;
  return kdfa(alg, octetsOf(values['Secret']), label, octetsOf(values['Salt']), EMPTY, 8 * size);
}

/** KDFe takes its other information in pieces, of which the first ends in a zero octet. */
function concatenation(alg: HashAlg, { values }: BotanCase): Uint8Array {
  const info = octetsOf(values['Label']);
  const end = info.indexOf(0) + 1;
  const middle = end + Math.floor((info.length - end) / 2);
  const [use, u, v] = [info.subarray(0, end), info.subarray(end, middle), info.subarray(middle)];
  const size = octetsOf(values['Output']).length;
  return kdfe(alg, octetsOf(values['Secret']), text(use), u, v, 8 * size);
}

describe.runIf(hasVectors())('key derivation', () => {
  it.each(ALGORITHMS)('KDFa is the counter mode of SP 800-108 (%s)', (name, alg) => {
    const cases = botan('kdf-sp800_108_ctr', 'Output').filter(
      ({ heading }) => heading === `SP800-108-Counter(HMAC(${name}))`,
    );
    expect(cases.length).toBeGreaterThan(20);
    for (const one of cases) {
      expect(toHex(counterMode(alg, one))).toBe(one.values['Output']?.toLowerCase());
    }
  });

  it.each(ALGORITHMS)('KDFe is the concatenation form of SP 800-56A (%s)', (name, alg) => {
    const cases = botan('kdf-sp800_56a', 'Output').filter(
      ({ heading, values }) =>
        heading === `SP800-56A(${name})` && octetsOf(values['Label']).includes(0),
    );
    expect(cases.length).toBeGreaterThan(4);
    for (const one of cases) {
      expect(toHex(concatenation(alg, one))).toBe(one.values['Output']?.toLowerCase());
    }
  });

  it.each(['kdf-sp800_108_ctr', 'kdf-sp800_56a'])('%s has no other headings to run', (file) => {
    const headings = [...new Set(botan(file, 'Output').map(({ heading }) => heading))];
    const run = ALGORITHMS.flatMap(([name]) => [
      `SP800-108-Counter(HMAC(${name}))`,
      `SP800-56A(${name})`,
    ]);
    const left = headings.filter((heading) => !run.includes(heading));
    expect(left.filter((heading) => !LEFT_OUT.some(([is]) => is.test(heading)))).toEqual([]);
  });
});
