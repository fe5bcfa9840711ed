import { describe, expect, test } from 'vitest';
import { getCapability } from '../../../../domain/commands/capability/getCapability.ts';
import { COMMANDS } from '../../../../domain/commands/index.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { HMAC_SESSION, withSession } from '../../../support/sessions.ts';
import { started } from '../../../support/tpms.ts';

const command = getCapability(() => COMMANDS);

type Told = { readonly moreData: boolean; readonly capabilityData: Record<string, unknown> };

function told(tpm: Tpm, capability: string, property: number, propertyCount: number): Told {
  return given(tpm).when(command, { capability, property, propertyCount }).response as Told;
}

function listed(tpm: Tpm, capability: string, property: number, count: number): unknown[] {
  const { capabilityData } = told(tpm, capability, property, count);
  const list = Object.values(capabilityData).find((value) => Array.isArray(value));
  return list as unknown[];
}

describe('getCapability', () => {
  test.each([
    ['ALGS', 0],
    ['COMMANDS', 0],
    ['PP_COMMANDS', 0],
    ['AUDIT_COMMANDS', 0],
    ['PCRS', 0],
    ['TPM_PROPERTIES', 0x100],
    ['TPM_PROPERTIES', 0x200],
    ['PCR_PROPERTIES', 0],
    ['ECC_CURVES', 0],
    ['AUTH_POLICIES', 0x40000000],
    ['HANDLES', 0x40000000],
  ])('tells %s from %i on', (capability, property) => {
    expect(listed(started(), capability, property, 254).length).toBeGreaterThan(0);
    expect(told(started(), capability, property, 0).moreData).toBe(true);
  });

  test('tells as many as are asked for, and whether there are more', () => {
    const all = listed(started(), 'ALGS', 0, 100);
    expect(told(started(), 'ALGS', 0, 3)).toMatchObject({ moreData: true });
    expect(listed(started(), 'ALGS', 0, 3)).toEqual(all.slice(0, 3));
    const next = (all[3] as { readonly alg: number }).alg;
    expect(listed(started(), 'ALGS', next, 100)).toEqual(all.slice(3));
    expect(told(started(), 'ALGS', next, 100).moreData).toBe(false);
  });

  test('tells all commands of the table, in the order of their codes', () => {
    const codes = (listed(started(), 'COMMANDS', 0, 300) as number[]).map((cc) => cc & 0xffff);
    expect(codes).toEqual(COMMANDS.map(({ code }) => code));
    expect(codes).toEqual(codes.toSorted((a, b) => a - b));
  });

  test('tells fewer commands, and how many, in a profile that keeps to the reference', () => {
    const own = started('swtpm');
    const codes = (listed(own, 'COMMANDS', 0, 300) as number[]).map((cc) => cc & 0xffff);
    const shared = COMMANDS.filter(({ isBeyondReference }) => !isBeyondReference);
    expect(codes).toEqual(shared.map(({ code }) => code));
    expect(COMMANDS.length - shared.length).toBe(2);
    const [total] = listed(own, 'TPM_PROPERTIES', 0x129, 1);
    expect(total).toEqual({ property: 0x129, value: codes.length });
    const [all] = listed(started(), 'TPM_PROPERTIES', 0x129, 1);
    expect(all).toEqual({ property: 0x129, value: COMMANDS.length });
  });

  test('tells the curves by their numbers, and how many there are', () => {
    const curves = listed(started(), 'ECC_CURVES', 0, 100);
    expect(curves).toEqual([1, 2, 3, 4, 5, 0x10, 0x11, 0x20]);
    expect(listed(started(), 'TPM_PROPERTIES', 0x20d, 1)).toEqual([{ property: 0x20d, value: 8 }]);
  });

  test('tells what is loaded', () => {
    const { tpm, handle } = withPrimary(withSession(started(), 'HMAC'));
    expect(listed(tpm, 'HANDLES', 0x80000000, 10)).toEqual([handle]);
    expect(listed(tpm, 'HANDLES', 0x02000000, 10)).toEqual([HMAC_SESSION]);
    expect(listed(tpm, 'HANDLES', 0x81000000, 10)).toEqual([]);
  });

  test('is refused what there is not', () => {
    const asked = (capability: string, property: number) =>
      given(started()).when(command, { capability, property, propertyCount: 1 });
    asked('HANDLES', 0x90000000).refuses('HANDLE', { parameter: 2 });
    asked('PCRS', 1).refuses('VALUE', { parameter: 2 });
    asked('AUTH_POLICIES', 0).refuses('VALUE', { parameter: 2 });
    asked('VENDOR_PROPERTY', 0).refuses('VALUE', { parameter: 1 });
  });

  test('in failure mode tells properties only', () => {
    const tpm = started();
    const failed: Tpm = { ...tpm, lifecycle: { ...tpm.lifecycle, phase: 'failed' } };
    expect(listed(failed, 'TPM_PROPERTIES', 0x100, 5).length).toBe(5);
    given(failed)
      .when(command, { capability: 'ALGS', property: 0, propertyCount: 1 })
      .refuses('FAILURE');
  });
});
