import { describe, expect, it } from 'vitest';
import { nvChangeAuth } from '../../../../domain/commands/nv/nvChangeAuth.ts';
import { nvExtend } from '../../../../domain/commands/nv/nvExtend.ts';
import { nvIncrement } from '../../../../domain/commands/nv/nvIncrement.ts';
import { nvRead } from '../../../../domain/commands/nv/nvRead.ts';
import { nvSetBits } from '../../../../domain/commands/nv/nvSetBits.ts';
import { nvWrite } from '../../../../domain/commands/nv/nvWrite.ts';
import { NV } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, concat, fromHex, toHex, u32, u64 } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import { pinCounted, pinOf } from '../../../../domain/tpm/nvAccess.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { INDEX, defined, ownedAttributes, written } from '../../../support/indices.ts';
import { after, started } from '../../../support/tpms.ts';

const { OWNER, PLATFORM } = TPM_RH;
const AT = { authHandle: OWNER, nvIndex: INDEX };
const ABC = ascii('abcdefgh');

function contents(tpm: Tpm): string {
  return toHex(tpm.nv.indices.get(INDEX)?.data.octets ?? new Uint8Array());
}

describe('nvWrite', () => {
  it('writes at an offset, and the first write fills the rest with ones', () => {
    const first = given(started(), defined()).when(nvWrite, {
      ...AT,
      data: ascii('ab'),
      offset: 3,
    });
    expect(contents(first.tpm)).toBe('ffffff6162ffffff');
    const second = given(first.tpm).when(nvWrite, { ...AT, data: ascii('z'), offset: 0 });
    second.records('NvWritten');
    expect(contents(second.tpm)).toBe('7affff6162ffffff');
  });

  it('fills an orderly index with zeros, and its write cancels a shutdown', () => {
    const orderly = { attributes: ownedAttributes('ORDINARY', NV.ORDERLY) };
    const outcome = given(started(), defined(orderly), {
      type: 'ShutDown',
      shutdownType: 'state',
      timeMs: 0n,
    }).when(nvWrite, { ...AT, data: ascii('ab'), offset: 3 });
    expect(contents(outcome.tpm)).toBe('0000006162000000');
    expect(outcome.tpm.lifecycle.orderly).toBe('none');
  });

  it('fills a PIN with zeros, whose limit is then zero unless it was written', () => {
    const pin = { attributes: ownedAttributes('PIN_PASS') };
    const outcome = given(started(), defined(pin)).when(nvWrite, {
      ...AT,
      data: Uint8Array.of(0x83),
      offset: 0,
    });
    expect(contents(outcome.tpm)).toBe('8300000000000000');
  });

  it('keeps a copy of the octets, not a view of the request', () => {
    const data = ascii('abcdefgh');
    const { tpm } = given(started(), defined()).when(nvWrite, { ...AT, data, offset: 0 });
    data.fill(0);
    expect(contents(tpm)).toBe(toHex(ABC));
  });

  it('refuses what other commands change', () => {
    for (const type of ['COUNTER', 'BITS', 'EXTEND'] as const) {
      given(started(), defined({ attributes: ownedAttributes(type), dataSize: 8 }))
        .when(nvWrite, { ...AT, data: ABC, offset: 0 })
        .refuses('ATTRIBUTES');
    }
  });

  it('refuses octets behind the end, and less than all of a WRITEALL index', () => {
    const { when } = given(started(), defined());
    when(nvWrite, { ...AT, data: ABC, offset: 9 }).refuses('VALUE', { parameter: 2 });
    when(nvWrite, { ...AT, data: ABC, offset: 1 }).refuses('NV_RANGE');
    given(started(), defined({ attributes: ownedAttributes('ORDINARY', NV.WRITEALL) }))
      .when(nvWrite, { ...AT, data: ascii('abc'), offset: 0 })
      .refuses('NV_RANGE');
  });

  it('refuses a locked index first, then who may not write', () => {
    const locked = { attributes: ownedAttributes('ORDINARY', NV.WRITELOCKED) };
    given(started(), defined(locked))
      .when(nvWrite, { ...AT, authHandle: PLATFORM, data: ABC, offset: 0 })
      .refuses('NV_LOCKED');
    for (const authHandle of [PLATFORM, INDEX + 1]) {
      given(started(), defined())
        .when(nvWrite, { ...AT, authHandle, data: ABC, offset: 0 })
        .refuses('NV_AUTHORIZATION');
    }
  });
});

describe('nvRead', () => {
  const READ = { ...AT, size: 4, offset: 2 };

  it('reads octets at an offset', () => {
    given(started(), ...written(ABC))
      .when(nvRead, READ)
      .then([])
      .answers({ data: ascii('cdef') });
  });

  it('refuses an unwritten index, but before that who may not read it', () => {
    given(started(), defined()).when(nvRead, READ).refuses('NV_UNINITIALIZED');
    given(started(), defined())
      .when(nvRead, { ...READ, authHandle: PLATFORM })
      .refuses('NV_AUTHORIZATION');
  });

  it('refuses a locked index', () => {
    given(started(), defined({ attributes: ownedAttributes('ORDINARY', NV.READLOCKED) }))
      .when(nvRead, READ)
      .refuses('NV_LOCKED');
  });

  it('refuses more than a buffer, and octets behind the end', () => {
    const { when } = given(started(), ...written(ABC));
    when(nvRead, { ...READ, size: 1025 }).refuses('VALUE', { parameter: 1 });
    when(nvRead, { ...READ, offset: 9 }).refuses('VALUE', { parameter: 2 });
    when(nvRead, { ...READ, size: 7 }).refuses('NV_RANGE');
  });
});

describe('nvIncrement', () => {
  const attributes = ownedAttributes('COUNTER');

  it('starts above every deleted counter, and then adds one', () => {
    const deleted = { type: 'NvIndexUndefined', nvIndex: INDEX, maxCounter: 7n } as const;
    const first = given(started(), deleted, defined({ attributes })).when(nvIncrement, AT);
    expect(contents(first.tpm)).toBe(toHex(u64(8n)));
    expect(contents(given(first.tpm).when(nvIncrement, AT).tpm)).toBe(toHex(u64(9n)));
  });

  it('refuses another type', () => {
    given(started(), defined()).when(nvIncrement, AT).refuses('ATTRIBUTES', { handle: 2 });
  });
});

describe('nvSetBits', () => {
  const attributes = ownedAttributes('BITS');

  it('sets bits and never clears them', () => {
    const first = given(started(), defined({ attributes })).when(nvSetBits, { ...AT, bits: 5n });
    const second = given(first.tpm).when(nvSetBits, { ...AT, bits: 1n << 63n });
    expect(contents(second.tpm)).toBe('8000000000000005');
  });

  it('refuses another type', () => {
    given(started(), defined())
      .when(nvSetBits, { ...AT, bits: 1n })
      .refuses('ATTRIBUTES', { handle: 2 });
  });
});

describe('nvExtend', () => {
  it('extends from zeros as a PCR', () => {
    const attributes = ownedAttributes('EXTEND');
    const { tpm } = given(started(), defined({ attributes, dataSize: 32 })).when(nvExtend, {
      ...AT,
      data: new Uint8Array(32),
    });
    expect(contents(tpm)).toBe('f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b');
  });

  it('refuses another type', () => {
    given(started(), defined())
      .when(nvExtend, { ...AT, data: ABC })
      .refuses('ATTRIBUTES', { handle: 2 });
  });
});

describe('nvChangeAuth', () => {
  it('changes the authorization value, up to the size of the digest', () => {
    const { when } = given(started(), defined());
    const newAuth = new Secret(ascii('other\0'));
    const { tpm } = when(nvChangeAuth, { nvIndex: INDEX, newAuth });
    expect(tpm.nv.indices.get(INDEX)?.auth.octets).toEqual(ascii('other'));
    const long = new Secret(new Uint8Array(33).fill(1));
    when(nvChangeAuth, { nvIndex: INDEX, newAuth: long }).refuses('SIZE', { parameter: 1 });
  });
});

describe('PIN indices', () => {
  it('hold a count and a limit, of which use changes the count', () => {
    const pin = written(concat(u32(1), u32(5)), { attributes: ownedAttributes('PIN_PASS') });
    const tpm = after(started(), ...pin);
    const index = tpm.nv.indices.get(INDEX);
    if (index === undefined) throw new Error('the PIN is gone');
    expect(pinOf(index)).toEqual({ count: 1, limit: 5 });
    const counted = after(tpm, pinCounted(index, 2));
    expect(counted.nv.indices.get(INDEX)?.data.octets).toEqual(fromHex('0000000200000005'));
  });
});
