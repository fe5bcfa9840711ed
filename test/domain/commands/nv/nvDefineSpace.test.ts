import { describe, expect, it } from 'vitest';
import { nvDefineSpace } from '../../../../domain/commands/nv/nvDefineSpace.ts';
import { nvReadPublic } from '../../../../domain/commands/nv/nvReadPublic.ts';
import { nvUndefineSpace } from '../../../../domain/commands/nv/nvUndefineSpace.ts';
import { nvUndefineSpaceSpecial } from '../../../../domain/commands/nv/nvUndefineSpaceSpecial.ts';
import { NV, NV_TYPES } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmsNvPublic } from '../../../../domain/structures/nvPublic.ts';
import { ascii, fromHex, toHex, u64 } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import { given } from '../../../support/given.ts';
import { INDEX, defined, nvPublic, ownedAttributes, written } from '../../../support/indices.ts';
import { started } from '../../../support/tpms.ts';

const { OWNER, PLATFORM, PLATFORM_NV } = TPM_RH;

function definition(change: Partial<TpmsNvPublic>, authHandle: number = OWNER, auth = '') {
  return { authHandle, auth: new Secret(ascii(auth)), publicInfo: nvPublic(change) };
}

const PLATFORMS = NV.PLATFORMCREATE | NV.PPWRITE | NV.PPREAD;

describe('nvDefineSpace', () => {
  it('defines an index of each type with its size', () => {
    for (const type of Object.keys(NV_TYPES) as (keyof typeof NV_TYPES)[]) {
      const dataSize = type === 'ORDINARY' ? 2048 : type === 'EXTEND' ? 32 : 8;
      const input = definition({ attributes: ownedAttributes(type), dataSize });
      const { tpm } = given(started()).when(nvDefineSpace, input).records('NvIndexDefined');
      expect(tpm.nv.indices.get(INDEX)?.publicArea.dataSize).toBe(dataSize);
    }
  });

  it('keeps the authorization value without its trailing zeros', () => {
    const { tpm } = given(started()).when(nvDefineSpace, definition({}, OWNER, 'pin\0\0'));
    expect(tpm.nv.indices.get(INDEX)?.auth.octets).toEqual(ascii('pin'));
  });

  const refusals: readonly (readonly [string, Partial<TpmsNvPublic>, 'SIZE' | 'ATTRIBUTES'])[] = [
    ['a policy of another size', { authPolicy: new Uint8Array(20) }, 'SIZE'],
    ['too many octets', { dataSize: 2049 }, 'SIZE'],
    ['a counter of nine octets', { attributes: ownedAttributes('COUNTER'), dataSize: 9 }, 'SIZE'],
    ['an extend index of eight octets', { attributes: ownedAttributes('EXTEND') }, 'SIZE'],
    [
      'more than one write in all',
      { attributes: ownedAttributes('ORDINARY', NV.WRITEALL), dataSize: 1025 },
      'SIZE',
    ],
    ['an unknown type', { attributes: ownedAttributes('ORDINARY') | 0x30 }, 'ATTRIBUTES'],
    [
      'a counter that forgets',
      { attributes: ownedAttributes('COUNTER', NV.CLEAR_STCLEAR) },
      'ATTRIBUTES',
    ],
    [
      'a PIN that counts as an attack, too',
      { attributes: (ownedAttributes('PIN_FAIL') & ~NV.NO_DA) >>> 0 },
      'ATTRIBUTES',
    ],
    [
      'a PIN that is written with itself',
      { attributes: ownedAttributes('PIN_PASS', NV.AUTHWRITE) },
      'ATTRIBUTES',
    ],
    ['an index that is written', { attributes: ownedAttributes('BITS', NV.WRITTEN) }, 'ATTRIBUTES'],
    ['one that nobody reads', { attributes: NV.OWNERWRITE }, 'ATTRIBUTES'],
    ['one that nobody writes', { attributes: NV.OWNERREAD }, 'ATTRIBUTES'],
    [
      'one locked for good that forgets',
      { attributes: ownedAttributes('ORDINARY', NV.CLEAR_STCLEAR | NV.WRITEDEFINE) },
      'ATTRIBUTES',
    ],
    [
      'deletion by policy of the owner',
      { attributes: ownedAttributes('ORDINARY', NV.POLICY_DELETE) },
      'ATTRIBUTES',
    ],
  ];
  for (const [what, change, rc] of refusals) {
    it(`refuses ${what}`, () => {
      given(started()).when(nvDefineSpace, definition(change)).refuses(rc, { parameter: 2 });
    });
  }

  it('refuses an authorization value that is longer than the digest', () => {
    given(started())
      .when(nvDefineSpace, definition({}, OWNER, 'a'.repeat(33)))
      .refuses('SIZE', { parameter: 1 });
  });

  it('refuses to let one define what the other must delete', () => {
    given(started())
      .when(nvDefineSpace, definition({ attributes: PLATFORMS }))
      .refuses('ATTRIBUTES', { handle: 1 });
    given(started())
      .when(nvDefineSpace, definition({}, PLATFORM))
      .refuses('ATTRIBUTES', { handle: 1 });
  });

  it('refuses the platform while its indices are switched off', () => {
    given(started(), { type: 'HierarchyControlled', enable: PLATFORM_NV, isEnabled: false })
      .when(nvDefineSpace, definition({ attributes: PLATFORMS }, PLATFORM))
      .refuses('HIERARCHY', { handle: 1 });
  });

  it('refuses a second index of the same number, and more than fit', () => {
    given(started(), defined()).when(nvDefineSpace, definition({})).refuses('NV_DEFINED');
    const many = Array.from({ length: 256 }, (_, i) => defined({ nvIndex: INDEX + 1 + i }));
    given(started(), ...many)
      .when(nvDefineSpace, definition({}))
      .refuses('NV_SPACE');
  });
});

describe('nvReadPublic', () => {
  it('tells the public area and the Name, which changes with the attributes', () => {
    const change = {
      nvIndex: 0x0180000a,
      attributes: ownedAttributes('ORDINARY') | NV.WRITTEN,
      dataSize: 0,
    };
    const { response } = given(started(), defined(change))
      .when(nvReadPublic, { nvIndex: 0x0180000a })
      .answers({ nvPublic: nvPublic(change) });
    expect(toHex(response['nvName'] as Uint8Array)).toBe(
      '000b6346dabbb7d908e94b1d12426a148fbdc93e4a55b2aefdb557b733ba666a3259',
    );
  });
});

describe('nvUndefineSpace', () => {
  it('deletes an index, and new counters start above the deleted one', () => {
    const counter = written(u64(9n), { attributes: ownedAttributes('COUNTER') });
    const { tpm } = given(started(), ...counter)
      .when(nvUndefineSpace, { authHandle: OWNER, nvIndex: INDEX })
      .then([{ type: 'NvIndexUndefined', nvIndex: INDEX, maxCounter: 9n }]);
    expect(tpm.nv.indices.has(INDEX)).toBe(false);
  });

  it('lets the platform delete an index of the owner, and not the other way round', () => {
    given(started(), defined())
      .when(nvUndefineSpace, { authHandle: PLATFORM, nvIndex: INDEX })
      .records('NvIndexUndefined');
    given(started(), defined({ attributes: PLATFORMS }))
      .when(nvUndefineSpace, { authHandle: OWNER, nvIndex: INDEX })
      .refuses('NV_AUTHORIZATION');
  });

  it('refuses an index that its policy deletes', () => {
    given(started(), defined({ attributes: PLATFORMS | NV.POLICY_DELETE }))
      .when(nvUndefineSpace, { authHandle: PLATFORM, nvIndex: INDEX })
      .refuses('ATTRIBUTES', { handle: 2 });
  });
});

describe('nvUndefineSpaceSpecial', () => {
  const authPolicy = fromHex('aa'.repeat(32));
  const input = { nvIndex: INDEX, platform: PLATFORM };

  it('deletes an index that its policy deletes, and no other', () => {
    given(started(), defined({ attributes: PLATFORMS | NV.POLICY_DELETE, authPolicy }))
      .when(nvUndefineSpaceSpecial, input)
      .records('NvIndexUndefined');
    given(started(), defined({ attributes: PLATFORMS }))
      .when(nvUndefineSpaceSpecial, input)
      .refuses('ATTRIBUTES', { handle: 1 });
  });
});
