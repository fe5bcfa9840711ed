import { describe, expect, it } from 'vitest';
import { testParms } from '../../../../domain/commands/capability/testParms.ts';
import { fromOctets } from '../../../../domain/structures/codec.ts';
import { fromHex } from '../../../../domain/structures/octets.ts';
import { TPMT_PUBLIC_PARMS } from '../../../../domain/structures/public.ts';
import { TpmError } from '../../../../domain/structures/tpmError.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

/** The parameters as octets, spaces between the fields. */
const POSSIBLE = [
  '0001 0010 0010 0800 00000000',
  '0001 0006 0080 0043 0017 000b 0c00 00000003',
  '0023 0010 0018 000c 0004 0010',
  '0023 0006 0100 0043 0019 000b 0003 0020 000b',
  '0008 0005 000d',
  '0008 000a 000b 0022',
  '0008 0010',
  '0025 0006 0100 0040',
];

const IMPOSSIBLE: readonly (readonly [string, string])[] = [
  ['0002 0010', 'TYPE'],
  ['0001 0010 0010 0200 00000000', 'VALUE'],
  ['0001 0010 0018 000b 0800 00000000', 'VALUE'],
  ['0001 0006 00a0 0043 0010 0800 00000000', 'VALUE'],
  ['0001 0006 0080 0018 0010 0800 00000000', 'MODE'],
  ['0001 000b 0010 0800 00000000', 'SYMMETRIC'],
  ['0001 0010 0014 0010 0800 00000000', 'HASH'],
  ['0023 0010 0014 000b 0003 0010', 'SCHEME'],
  ['0023 0010 0010 0000 0010', 'CURVE'],
  ['0023 0010 0010 0003 0018', 'KDF'],
  ['0008 0014 000b', 'VALUE'],
  ['0025 0010', 'SYMMETRIC'],
  ['0025 0006 0080', 'INSUFFICIENT'],
];

function parameters(hex: string) {
  return fromOctets(TPMT_PUBLIC_PARMS, fromHex(hex.replaceAll(' ', '')));
}

describe('testParms', () => {
  it.each(POSSIBLE)('succeeds for %s', (hex) => {
    given(started())
      .when(testParms, { parameters: parameters(hex) })
      .then([]);
  });

  it.each(IMPOSSIBLE)('cannot even read %s: %s', (hex, rc) => {
    expect(() => parameters(hex)).toThrow(TpmError);
    expect(() => parameters(hex)).toThrow(rc);
  });
});
