import { describe, expect, it } from 'vitest';
import { evictControl } from '../../../../domain/commands/context/evictControl.ts';
import { flushContext } from '../../../../domain/commands/context/flushContext.ts';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../../domain/tpm/objects.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { outsideEcc } from '../../../support/keys.ts';
import { withPrimary } from '../../../support/objects.ts';
import { randomOctets } from '../../../support/randomness.ts';
import { STORAGE_KEY } from '../../../support/templates.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const { OWNER, ENDORSEMENT, PLATFORM, NULL } = TPM_RH;
const FIRST = 0x80000000;
const OWNERS = 0x81000000;
const PLATFORMS = 0x81800000;

function under(hierarchy: number): Tpm {
  return withPrimary(started(), STORAGE_KEY, hierarchy).tpm;
}
function evicted(tpm: Tpm, auth: number, objectHandle: number, persistentHandle: number) {
  return given(tpm).when(evictControl, { auth, objectHandle, persistentHandle });
}
function kept(hierarchy: number = OWNER, handle = OWNERS): Tpm {
  const auth = hierarchy === PLATFORM ? PLATFORM : OWNER;
  const { tpm } = evicted(under(hierarchy), auth, FIRST, handle);
  return given(tpm).when(flushContext, { flushHandle: FIRST }).tpm;
}

describe('evictControl', () => {
  it('keeps an object under a persistent handle, beside the transient one', () => {
    for (const [auth, hierarchy, handle] of [
      [OWNER, OWNER, OWNERS],
      [OWNER, ENDORSEMENT, OWNERS + 0x7fffff],
      [PLATFORM, PLATFORM, PLATFORMS],
    ] as const) {
      const tpm = under(hierarchy);
      const object = objectAt(tpm, FIRST);
      const outcome = evicted(tpm, auth, FIRST, handle);
      outcome.then([{ type: 'ObjectPersisted', handle, object }]);
      expect(objectAt(outcome.tpm, handle)).toEqual(objectAt(outcome.tpm, FIRST));
    }
  });

  it('removes it by its own handle; the platform removes everything', () => {
    for (const auth of [OWNER, PLATFORM]) {
      evicted(kept(), auth, OWNERS, OWNERS).then([{ type: 'ObjectEvicted', handle: OWNERS }]);
    }
    const platforms = kept(PLATFORM, PLATFORMS);
    evicted(platforms, OWNER, PLATFORMS, PLATFORMS).refuses('HIERARCHY', { handle: 2 });
    evicted(platforms, PLATFORM, PLATFORMS, PLATFORMS).records('ObjectEvicted');
  });

  it('lets each keep to its own objects and handles', () => {
    evicted(under(PLATFORM), OWNER, FIRST, OWNERS).refuses('HIERARCHY', { handle: 2 });
    evicted(under(OWNER), PLATFORM, FIRST, PLATFORMS).refuses('HIERARCHY', { handle: 2 });
    evicted(under(OWNER), OWNER, FIRST, PLATFORMS).refuses('RANGE', { parameter: 1 });
    evicted(under(PLATFORM), PLATFORM, FIRST, OWNERS).refuses('RANGE', { parameter: 1 });
  });

  it('refuses what is temporary', () => {
    const objectAttributes = STORAGE_KEY.objectAttributes | OBJECT.stClear;
    const mortal = withPrimary(started(), { ...STORAGE_KEY, objectAttributes });
    const outside = given(started()).when(loadExternal, {
      inPrivate: null,
      inPublic: outsideEcc(Uint8Array.of(1)).inPublic,
      hierarchy: OWNER,
    });
    const sequence = after(started(), {
      type: 'SequenceStarted',
      handle: FIRST,
      sequence: {
        kind: 'sequence',
        purpose: 'hash',
        auth: EMPTY_SECRET,
        hashes: [],
        key: null,
        isTicketSafe: null,
      },
    });
    for (const tpm of [under(NULL), mortal.tpm, outside.tpm, sequence]) {
      evicted(tpm, OWNER, FIRST, OWNERS).refuses('ATTRIBUTES', { handle: 2 });
    }
  });

  it('refuses a handle that is taken, and a persistent object under another one', () => {
    const two = evicted(under(OWNER), OWNER, FIRST, OWNERS).tpm;
    evicted(two, OWNER, FIRST, OWNERS).refuses('NV_DEFINED');
    evicted(two, OWNER, OWNERS, OWNERS + 1).refuses('HANDLE', { handle: 2 });
  });

  it('refuses another object when there are sixty-four', () => {
    let tpm = under(OWNER);
    for (let i = 0; i < 64; i += 1) tpm = evicted(tpm, OWNER, FIRST, OWNERS + i).tpm;
    evicted(tpm, OWNER, FIRST, OWNERS + 64).refuses('NV_SPACE');
  });
});

describe('a persistent object', () => {
  function restarted(tpm: Tpm): Tpm {
    return after(
      tpm,
      { type: 'PoweredOff', nowMs: NOW_MS, clockMs: 0n },
      { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n },
      {
        type: 'StartedUp',
        kind: 'reset',
        locality: 0,
        nullSeed: new Secret(randomOctets(64)),
        nullProof: new Secret(randomOctets(64)),
        safeAtMs: null,
        failedTries: 0,
      },
    );
  }
  const objectsAfter = (tpm: Tpm): readonly TpmObject[] => [...tpm.objects.persistent.values()];

  it('is there after a TPM Reset, when transient ones are gone', () => {
    const tpm = evicted(under(OWNER), OWNER, FIRST, OWNERS).tpm;
    const again = restarted(tpm);
    expect(objectsAfter(again)).toEqual(objectsAfter(tpm));
    expect(again.objects.transient.size).toBe(0);
  });

  it('goes with its hierarchy', () => {
    for (const [hierarchy, handle, remaining] of [
      [OWNER, OWNERS, 0],
      [ENDORSEMENT, OWNERS, 0],
      [PLATFORM, PLATFORMS, 1],
    ] as const) {
      const { tpm } = given(kept(hierarchy, handle)).when(clear, { authHandle: PLATFORM });
      expect(objectsAfter(tpm).length).toBe(remaining);
    }
  });
});
