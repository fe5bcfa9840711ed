import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../../domain/commands/index.ts';
import { policyAuthValue } from '../../../../domain/commands/policy/policyAuthValue.ts';
import { policyCommandCode } from '../../../../domain/commands/policy/policyCommandCode.ts';
import { policyCpHash } from '../../../../domain/commands/policy/policyCpHash.ts';
import { policyDuplicationSelect } from '../../../../domain/commands/policy/policyDuplicationSelect.ts';
import { policyGetDigest } from '../../../../domain/commands/policy/policyGetDigest.ts';
import { policyLocality } from '../../../../domain/commands/policy/policyLocality.ts';
import { policyNameHash } from '../../../../domain/commands/policy/policyNameHash.ts';
import { policyNvWritten } from '../../../../domain/commands/policy/policyNvWritten.ts';
import { policyPassword } from '../../../../domain/commands/policy/policyPassword.ts';
import { policyPhysicalPresence } from '../../../../domain/commands/policy/policyPhysicalPresence.ts';
import { policyTemplate } from '../../../../domain/commands/policy/policyTemplate.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
import { given } from '../../../support/given.ts';
import { POLICY_SESSION, policyDigest, policyOf, withSession } from '../../../support/sessions.ts';
import { started } from '../../../support/tpms.ts';

const HASH = new Uint8Array(32).fill(4);
const OTHER = new Uint8Array(32).fill(5);
const AUTH_VALUE = 0x16b;
const policySession = POLICY_SESSION;
const session = withSession(started());

describe('policyAuthValue and policyPassword', () => {
  test('the later one counts, and both give the same digest', () => {
    const first = given(session).when(policyAuthValue, { policySession });
    expect(policyOf(first.tpm)).toMatchObject({
      authorization: 'authValue',
      digest: policyDigest(AUTH_VALUE),
    });
    const second = given(session).when(policyPassword, { policySession });
    expect(policyOf(second.tpm)).toMatchObject({
      authorization: 'password',
      digest: policyDigest(AUTH_VALUE),
    });
    const both = given(first.tpm).when(policyPassword, { policySession });
    expect(policyOf(both.tpm).authorization).toBe('password');
  });
});

describe('policyCommandCode', () => {
  const command = policyCommandCode(() => COMMANDS);

  test('names the one command', () => {
    const { tpm } = given(session).when(command, { policySession, code: 0x15e });
    expect(policyOf(tpm)).toMatchObject({
      commandCode: 0x15e,
      digest: policyDigest(0x16c, u32(0x15e)),
    });
    given(tpm).when(command, { policySession, code: 0x15e }).records('PolicyChanged');
    given(tpm).when(command, { policySession, code: 0x15d }).refuses('VALUE', { parameter: 1 });
  });

  test('is refused a command that there is not', () => {
    given(session)
      .when(command, { policySession, code: 0x1ff })
      .refuses('POLICY_CC', { parameter: 1 });
  });
});

describe('policyLocality', () => {
  test('leaves what all of them allow', () => {
    const first = given(session).when(policyLocality, { policySession, locality: 0b00111 });
    expect(policyOf(first.tpm)).toMatchObject({
      localities: 0b00111,
      digest: policyDigest(0x16f, new Uint8Array([0b00111])),
    });
    const second = given(first.tpm).when(policyLocality, { policySession, locality: 0b11100 });
    expect(policyOf(second.tpm).localities).toBe(0b00100);
    given(second.tpm)
      .when(policyLocality, { policySession, locality: 0b00001 })
      .refuses('RANGE', { parameter: 1 });
  });

  test('knows one locality beyond the map, and none at all', () => {
    const { tpm } = given(session).when(policyLocality, { policySession, locality: 40 });
    given(tpm).when(policyLocality, { policySession, locality: 40 }).records('PolicyChanged');
    given(tpm)
      .when(policyLocality, { policySession, locality: 41 })
      .refuses('RANGE', { parameter: 1 });
    given(session)
      .when(policyLocality, { policySession, locality: 0 })
      .refuses('RANGE', { parameter: 1 });
  });
});

describe('policyCpHash, policyNameHash, policyTemplate', () => {
  const cases = [
    ['policyCpHash', policyCpHash, 'cpHashA', 'cpHash', 0x16e],
    ['policyNameHash', policyNameHash, 'nameHash', 'nameHash', 0x170],
    ['policyTemplate', policyTemplate, 'templateHash', 'template', 0x190],
  ] as const;

  test.each(cases)('%s binds to one digest', (_, command, parameter, kind, code) => {
    const input = { policySession, [parameter]: HASH };
    const { tpm } = given(session).when(command, input);
    expect(policyOf(tpm)).toMatchObject({
      bound: { kind, digest: HASH },
      digest: policyDigest(code, HASH),
    });
    const other = given(tpm).when(command, { policySession, [parameter]: OTHER });
    if (kind === 'template') other.refuses('VALUE', { parameter: 1 });
    else other.refuses('CPHASH');
  });

  test.each(cases)('%s is refused what is no digest', (_, command, parameter) => {
    given(session)
      .when(command, { policySession, [parameter]: HASH.subarray(1) })
      .refuses('SIZE', { parameter: 1 });
  });

  test('none of them goes with another', () => {
    const { tpm } = given(session).when(policyCpHash, { policySession, cpHashA: HASH });
    given(tpm).when(policyNameHash, { policySession, nameHash: HASH }).refuses('CPHASH');
  });
});

describe('policyDuplicationSelect', () => {
  const command = policyDuplicationSelect(() => COMMANDS);
  const names = { objectName: HASH, newParentName: OTHER };

  test.each([true, false])('selects an object and its new parent (included: %s)', (isIncluded) => {
    const input = { policySession, ...names, includeObject: isIncluded };
    const { tpm } = given(session).when(command, input);
    const parts = isIncluded ? [HASH, OTHER] : [OTHER];
    const flag = new Uint8Array([isIncluded ? 1 : 0]);
    expect(policyOf(tpm)).toMatchObject({
      commandCode: 0x14b,
      digest: policyDigest(0x188, ...parts, flag),
    });
    given(tpm).when(command, input).refuses('CPHASH');
  });

  test('is refused once a command is named', () => {
    const named = withSession(started(), 'POLICY', { commandCode: 0x15e });
    given(named)
      .when(command, { policySession, ...names, includeObject: true })
      .refuses('COMMAND_CODE');
  });
});

describe('policyNvWritten', () => {
  test('wants an index written, or not', () => {
    const { tpm } = given(session).when(policyNvWritten, { policySession, writtenSet: true });
    expect(policyOf(tpm)).toMatchObject({
      nvWritten: true,
      digest: policyDigest(0x18f, new Uint8Array([1])),
    });
    given(tpm)
      .when(policyNvWritten, { policySession, writtenSet: false })
      .refuses('VALUE', { parameter: 1 });
  });
});

test('policyPhysicalPresence asks for somebody to be there', () => {
  const { tpm } = given(session).when(policyPhysicalPresence, { policySession });
  expect(policyOf(tpm)).toMatchObject({
    isPhysicalPresenceRequired: true,
    digest: policyDigest(0x187),
  });
});

test('policyGetDigest tells what was collected', () => {
  const collected = withSession(started(), 'TRIAL', { digest: HASH });
  given(collected).when(policyGetDigest, { policySession }).answers({ policyDigest: HASH });
});
