import { describe, expect, it } from 'vitest';
import { TPM_RC, responseCode, type RcName } from '../../../domain/structures/responseCodes.ts';

const NAMES = Object.keys(TPM_RC) as RcName[];
const FORMAT_1 = NAMES.filter((name) => (TPM_RC[name] & 0xf80) === 0x080);
const OTHERS = NAMES.filter((name) => (TPM_RC[name] & 0xf80) !== 0x080);

describe('responseCode', () => {
  it('points at a parameter, a handle or a session in codes of format one', () => {
    expect(FORMAT_1.length).toBeGreaterThan(30);
    for (const name of FORMAT_1) {
      const code = TPM_RC[name];
      expect(responseCode(name)).toBe(code);
      expect(responseCode(name, { handle: 1 })).toBe(code | 0x100);
      expect(responseCode(name, { handle: 7 })).toBe(code | 0x700);
      expect(responseCode(name, { parameter: 1 })).toBe(code | 0x140);
      expect(responseCode(name, { parameter: 15 })).toBe(code | 0xf40);
      expect(responseCode(name, { session: 1 })).toBe(code | 0x900);
      expect(responseCode(name, { session: 7 })).toBe(code | 0xf00);
    }
  });

  it.each([
    ['SIZE', { parameter: 1 }, 0x1d5],
    ['VALUE', { parameter: 2 }, 0x2c4],
    ['HANDLE', { handle: 1 }, 0x18b],
    ['AUTH_FAIL', { session: 1 }, 0x98e],
    ['BAD_AUTH', { session: 1 }, 0x9a2],
    ['INTEGRITY', { parameter: 1 }, 0x1df],
    ['RESERVED_BITS', { parameter: 2 }, 0x2e1],
    ['REFERENCE_H0', { handle: 1 }, 0x910],
    ['REFERENCE_H0', { handle: 3 }, 0x912],
    ['REFERENCE_S0', { session: 1 }, 0x918],
    ['REFERENCE_S0', { session: 3 }, 0x91a],
    ['LOCALITY', { parameter: 1 }, 0x907],
  ] as const)('gives %s at %o its number', (name, position, code) => {
    expect(responseCode(name, position)).toBe(code);
  });

  it('leaves codes of format zero and warnings alone', () => {
    for (const name of OTHERS.filter((other) => !other.startsWith('REFERENCE'))) {
      for (const position of [{ handle: 1 }, { parameter: 2 }, { session: 3 }]) {
        expect(responseCode(name, position)).toBe(TPM_RC[name]);
      }
    }
  });

  it('has no number twice', () => {
    expect(new Set(Object.values(TPM_RC)).size).toBe(NAMES.length);
  });
});
