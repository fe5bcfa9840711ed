import { describe, expect, test } from 'vitest';
import { policyAuthorizeNV } from '../../../../domain/commands/policy/policyAuthorizeNV.ts';
import { policyCounterTimer } from '../../../../domain/commands/policy/policyCounterTimer.ts';
import { policyNV } from '../../../../domain/commands/policy/policyNV.ts';
import { policyPCR } from '../../../../domain/commands/policy/policyPCR.ts';
import { NV } from '../../../../domain/structures/attributes.ts';
import { concat, u16 } from '../../../../domain/structures/octets.ts';
import { Secret, secret } from '../../../../domain/structures/secret.ts';
import { entityName } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import {
  POLICY_SESSION,
  policyDigest,
  policyOf,
  sha256,
  withSession,
} from '../../../support/sessions.ts';
import { after, started } from '../../../support/tpms.ts';

const NV_INDEX = 0x01800001;
const ZERO = new Uint8Array(32);
const policySession = POLICY_SESSION;
const OPERATIONS = [
  'EQ',
  'NEQ',
  'SIGNED_GT',
  'UNSIGNED_GT',
  'SIGNED_LT',
  'UNSIGNED_LT',
  'SIGNED_GE',
  'UNSIGNED_GE',
  'SIGNED_LE',
  'UNSIGNED_LE',
  'BITSET',
  'BITCLEAR',
] as const;

/** A TPM with a policy session and an index that holds this, readable by its own empty value. */
function withIndex(contents: Uint8Array, kind: 'POLICY' | 'TRIAL' = 'POLICY'): Tpm {
  const attributes = NV.AUTHREAD | NV.AUTHWRITE | NV.WRITTEN | NV.NO_DA;
  return after(withSession(started(), kind), {
    type: 'NvIndexDefined',
    index: {
      publicArea: {
        nvIndex: NV_INDEX,
        nameAlg: 'SHA256',
        attributes,
        authPolicy: new Uint8Array(0),
        dataSize: contents.length,
      },
      auth: secret(new Uint8Array(0)),
      data: new Secret(contents),
    },
  });
}

/** Whether an operation holds, worked out with numbers. */
function holds(a: number, operation: (typeof OPERATIONS)[number], b: number): boolean {
  const [sa, sb] = [(a << 24) >> 24, (b << 24) >> 24];
  switch (operation) {
    case 'EQ':
      return a === b;
    case 'NEQ':
      return a !== b;
    case 'SIGNED_GT':
      return sa > sb;
    case 'UNSIGNED_GT':
      return a > b;
    case 'SIGNED_LT':
      return sa < sb;
    case 'UNSIGNED_LT':
      return a < b;
    case 'SIGNED_GE':
      return sa >= sb;
    case 'UNSIGNED_GE':
      return a >= b;
    case 'SIGNED_LE':
      return sa <= sb;
    case 'UNSIGNED_LE':
      return a <= b;
    case 'BITSET':
      return (a & b) === b;
    case 'BITCLEAR':
      return (a & b) === 0;
  }
}

describe('policyNV', () => {
  const input = { authHandle: NV_INDEX, nvIndex: NV_INDEX, policySession, offset: 1 };

  test.each(OPERATIONS)('%s compares as numbers do', (operation) => {
    for (const a of [0, 1, 0x7f, 0x80, 0xff]) {
      const tpm = withIndex(new Uint8Array([9, a, 9]));
      for (const b of [0, 1, 0x7f, 0x80, 0xff]) {
        const operandB = new Uint8Array([b]);
        const outcome = given(tpm).when(policyNV, { ...input, operandB, operation });
        if (holds(a, operation, b)) outcome.records('PolicyChanged');
        else outcome.refuses('POLICY');
      }
    }
  });

  test('takes operand, place, operation and Name into the policy', () => {
    const tpm = withIndex(new Uint8Array([1, 2, 3]));
    const operandB = new Uint8Array([2]);
    const outcome = given(tpm).when(policyNV, { ...input, operandB, operation: 'EQ' });
    const args = sha256(operandB, u16(1), u16(0));
    const name = entityName(tpm, NV_INDEX);
    expect(policyOf(outcome.tpm).digest).toEqual(policyDigest(0x149, args, name));
  });

  test('is refused beyond the data, and on trial compares nothing', () => {
    const contents = new Uint8Array([1, 2, 3]);
    const operandB = new Uint8Array([1, 2]);
    given(withIndex(contents))
      .when(policyNV, { ...input, operandB, offset: 4, operation: 'EQ' })
      .refuses('VALUE', { parameter: 2 });
    given(withIndex(contents))
      .when(policyNV, { ...input, operandB, offset: 2, operation: 'EQ' })
      .refuses('SIZE', { parameter: 1 });
    given(withIndex(contents, 'TRIAL'))
      .when(policyNV, { ...input, operandB, offset: 0, operation: 'NEQ' })
      .records('PolicyChanged');
  });
});

describe('policyAuthorizeNV', () => {
  const input = { authHandle: NV_INDEX, nvIndex: NV_INDEX, policySession };

  test('puts the index in the place of the policy that it holds', () => {
    const tpm = withIndex(concat(u16(0x000b), ZERO));
    const outcome = given(tpm).when(policyAuthorizeNV, input);
    const name = entityName(tpm, NV_INDEX);
    expect(policyOf(outcome.tpm).digest).toEqual(policyDigest(0x192, name));
  });

  test('is refused another policy, or one in another hash', () => {
    given(withIndex(concat(u16(0x000b), sha256(ZERO))))
      .when(policyAuthorizeNV, input)
      .refuses('VALUE');
    given(withIndex(concat(u16(0x000c), new Uint8Array(48))))
      .when(policyAuthorizeNV, input)
      .refuses('HASH');
  });
});

describe('policyCounterTimer', () => {
  const tpm = withSession(started());
  const input = { policySession, operandB: new Uint8Array(4), offset: 16 };

  test('compares with the time of the TPM', () => {
    const resets = { ...input, operation: 'UNSIGNED_GE' };
    const outcome = given(tpm).when(policyCounterTimer, resets);
    const args = sha256(new Uint8Array(4), u16(16), u16(7));
    expect(policyOf(outcome.tpm).digest).toEqual(policyDigest(0x16d, args));
    given(tpm)
      .when(policyCounterTimer, { ...resets, operation: 'UNSIGNED_LT' })
      .refuses('POLICY');
  });

  test('is refused beyond it', () => {
    given(tpm)
      .when(policyCounterTimer, { ...input, offset: 26, operation: 'EQ' })
      .refuses('VALUE', { parameter: 2 });
    given(tpm)
      .when(policyCounterTimer, { ...input, offset: 24, operation: 'EQ' })
      .refuses('RANGE');
  });
});

describe('policyPCR', () => {
  const pcrs = [{ hash: 'SHA256', pcrSelect: new Uint8Array([0, 1, 0]) }];
  const selection = new Uint8Array([0, 0, 0, 1, 0, 0x0b, 3, 0, 1, 0]);
  const current = sha256(new Uint8Array(32));
  const tpm = withSession(started());

  test('takes the PCR as they are, or as they are said to be', () => {
    const expected = policyDigest(0x17f, selection, current);
    for (const pcrDigest of [new Uint8Array(0), current]) {
      const outcome = given(tpm).when(policyPCR, { policySession, pcrDigest, pcrs });
      expect(policyOf(outcome.tpm).digest).toEqual(expected);
      expect(policyOf(outcome.tpm).pcrUpdateCounter).toBe(tpm.pcrs.updateCounter);
    }
  });

  test('is refused what they are not, but not on trial', () => {
    given(tpm)
      .when(policyPCR, { policySession, pcrDigest: ZERO, pcrs })
      .refuses('VALUE', { parameter: 1 });
    given(withSession(started(), 'TRIAL'))
      .when(policyPCR, { policySession, pcrDigest: ZERO, pcrs })
      .records('PolicyChanged');
  });

  test('is refused when PCR changed since it was asked first', () => {
    const asked = withSession(started(), 'POLICY', { pcrUpdateCounter: 1 });
    given(asked)
      .when(policyPCR, { policySession, pcrDigest: current, pcrs })
      .refuses('PCR_CHANGED');
  });
});
