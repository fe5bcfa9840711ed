import { describe, expect, it } from 'vitest';
import { kdfa, kdfe } from '../../domain/crypto/kdf.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { EMPTY, toHex } from '../../domain/structures/octets.ts';
import { botan, HASH_NAME, hasVectors, octetsOf, type BotanCase } from '../support/vectors.ts';

const ALGORITHMS = Object.entries(HASH_NAME);

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
});
