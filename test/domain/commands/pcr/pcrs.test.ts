import { describe, expect, it } from 'vitest';
import { pcrAllocate } from '../../../../domain/commands/pcr/pcrAllocate.ts';
import { pcrEvent } from '../../../../domain/commands/pcr/pcrEvent.ts';
import { pcrExtend } from '../../../../domain/commands/pcr/pcrExtend.ts';
import { pcrRead } from '../../../../domain/commands/pcr/pcrRead.ts';
import { pcrReset } from '../../../../domain/commands/pcr/pcrReset.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, toHex } from '../../../../domain/structures/octets.ts';
import { ALL_PCRS, pcrSelection, pcrValue } from '../../../../domain/tpm/pcrs.ts';
import { given } from '../../../support/given.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const ZERO = new Uint8Array(32);
const DIGESTS = { digests: [{ hashAlg: 'SHA256', digest: ZERO }] };
const LOCALITIES = [0, 1, 2, 3, 4];
/** SHA-256(64 zeros). */
const EXTENDED_ONCE = 'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b';

/** Which PCR a change is let through to, from each locality. */
const EXTENDABLE = [0x81ffff, 0x91ffff, 0xffffff, 0x9fffff, 0x87ffff];
const RESETTABLE = [0x810000, 0x810000, 0xf10000, 0x810000, 0];

function isIn(pcrs: number | undefined, pcr: number): boolean {
  return (((pcrs ?? 0) >>> pcr) & 1) === 1;
}

describe('pcrExtend', () => {
  it('extends the banks that it names, and counts each', () => {
    const { tpm } = given(started()).when(pcrExtend, { pcrHandle: 5, ...DIGESTS });
    expect(toHex(pcrValue(tpm.pcrs, 'SHA256', 5) ?? ZERO)).toBe(EXTENDED_ONCE);
    expect(pcrValue(tpm.pcrs, 'SHA1', 5)).toEqual(new Uint8Array(20));
    expect(tpm.pcrs.updateCounter).toBe(21);
  });

  it('changes nothing for TPM_RH_NULL', () => {
    given(started())
      .when(pcrExtend, { pcrHandle: TPM_RH.NULL, ...DIGESTS })
      .then([]);
  });

  for (const locality of LOCALITIES) {
    it(`obeys the localities of all PCR from locality ${locality}`, () => {
      for (let pcr = 0; pcr < 24; pcr += 1) {
        const outcome = given(started()).when(
          pcrExtend,
          { pcrHandle: pcr, ...DIGESTS },
          { locality },
        );
        if (isIn(EXTENDABLE[locality], pcr)) outcome.records('PcrExtended');
        else outcome.refuses('LOCALITY');
      }
    });
  }
});

describe('pcrEvent', () => {
  it('gives the digests of all banks and extends with them', () => {
    const outcome = given(started()).when(pcrEvent, { pcrHandle: 1, eventData: ascii('abc') });
    const digests = outcome.response['digests'] as readonly { readonly digest: Uint8Array }[];
    expect(digests.map(({ digest }) => toHex(digest).slice(0, 8))).toEqual([
      'a9993e36',
      'ba7816bf',
      'cb00753f',
      'ddaf35a1',
    ]);
    expect(outcome.tpm.pcrs.updateCounter).toBe(24);
    expect(toHex(pcrValue(outcome.tpm.pcrs, 'SHA256', 1) ?? ZERO)).toBe(
      '589f9ffed4c477966bfb8d41f37895b08c69047df8f911d6f3b57fbe08faee8d',
    );
  });

  it('only gives the digests for TPM_RH_NULL, and refuses a wrong locality', () => {
    const eventData = ascii('abc');
    given(started()).when(pcrEvent, { pcrHandle: TPM_RH.NULL, eventData }).then([]);
    given(started()).when(pcrEvent, { pcrHandle: 17, eventData }).refuses('LOCALITY');
  });
});

describe('pcrRead', () => {
  it('gives eight values at most, and says which', () => {
    const pcrSelectionIn = [pcrSelection('SHA1', 0x7f), pcrSelection('SHA256', ALL_PCRS)];
    const { response } = given(started())
      .when(pcrRead, { pcrSelectionIn })
      .answers({
        pcrUpdateCounter: 20,
        pcrSelectionOut: [pcrSelection('SHA1', 0x7f), pcrSelection('SHA256', 1)],
      });
    expect((response['pcrValues'] as readonly Uint8Array[]).map(({ length }) => length)).toEqual([
      20, 20, 20, 20, 20, 20, 20, 32,
    ]);
  });

  it('leaves out what is not allocated', () => {
    const allocation = { SHA1: 0, SHA256: ALL_PCRS, SHA384: 0, SHA512: 0 };
    const tpm = after(
      started(),
      { type: 'PcrsAllocated', allocation },
      { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n },
    );
    given(tpm)
      .when(pcrRead, { pcrSelectionIn: [pcrSelection('SHA1', 3), pcrSelection('SHA256', 2)] })
      .answers({
        pcrSelectionOut: [pcrSelection('SHA1', 0), pcrSelection('SHA256', 2)],
        pcrValues: [ZERO],
      });
  });
});

describe('pcrReset', () => {
  for (const locality of LOCALITIES) {
    it(`obeys the localities of all PCR from locality ${locality}`, () => {
      for (let pcr = 0; pcr < 24; pcr += 1) {
        const outcome = given(started()).when(pcrReset, { pcrHandle: pcr }, { locality });
        if (isIn(RESETTABLE[locality], pcr)) outcome.then([{ type: 'PcrReset', pcr }]);
        else outcome.refuses('LOCALITY');
      }
    });
  }

  it('sets all banks to zero and counts once, but not for the debug PCR', () => {
    const { tpm } = given(started()).when(pcrReset, { pcrHandle: 20 }, { locality: 2 });
    expect(pcrValue(tpm.pcrs, 'SHA256', 20)).toEqual(ZERO);
    expect(tpm.pcrs.updateCounter).toBe(21);
    expect(given(tpm).when(pcrReset, { pcrHandle: 23 }).tpm.pcrs.updateCounter).toBe(21);
  });
});

describe('pcrAllocate', () => {
  const allocate = (pcrAllocation: readonly object[]) =>
    given(started()).when(pcrAllocate, { authHandle: TPM_RH.PLATFORM, pcrAllocation });

  it('says what the banks take, and changes them at the next _TPM_Init', () => {
    const outcome = allocate([pcrSelection('SHA1', 0), pcrSelection('SHA256', 0x01ffff)]);
    outcome.answers({
      allocationSuccess: true,
      maxPCR: 24,
      sizeNeeded: 0xca0,
      sizeAvailable: 0xf60,
    });
    expect(outcome.tpm.pcrs.allocated.SHA1).toBe(ALL_PCRS);
    const { pcrs } = after(outcome.tpm, { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n });
    expect(pcrs.allocated).toEqual({
      SHA1: 0,
      SHA256: 0x01ffff,
      SHA384: ALL_PCRS,
      SHA512: ALL_PCRS,
    });
    expect(pcrs.banks.SHA1).toBeUndefined();
    expect(pcrValue(pcrs, 'SHA256', 17)).toBeNull();
  });

  it('refuses to leave measurement without PCR 0 or PCR 17', () => {
    const nothing = ['SHA1', 'SHA384', 'SHA512'].map((hash) => pcrSelection(hash as 'SHA1', 0));
    allocate([...nothing, pcrSelection('SHA256', 0x01ffff)]).refuses('PCR');
    allocate([...nothing, pcrSelection('SHA256', 0xfffffe)]).refuses('PCR');
    allocate([...nothing, pcrSelection('SHA256', 0x020001)]).records('PcrsAllocated');
  });
});
