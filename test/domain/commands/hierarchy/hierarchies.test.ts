import { describe, expect, it } from 'vitest';
import { changeEPS } from '../../../../domain/commands/hierarchy/changeEPS.ts';
import { changePPS } from '../../../../domain/commands/hierarchy/changePPS.ts';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { clearControl } from '../../../../domain/commands/hierarchy/clearControl.ts';
import { hierarchyChangeAuth } from '../../../../domain/commands/hierarchy/hierarchyChangeAuth.ts';
import { hierarchyControl } from '../../../../domain/commands/hierarchy/hierarchyControl.ts';
import { setPrimaryPolicy } from '../../../../domain/commands/hierarchy/setPrimaryPolicy.ts';
import { NV } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, u64 } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import type { TpmEvent } from '../../../../domain/tpm/evolve.ts';
import { hierarchyAt } from '../../../../domain/tpm/hierarchies.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { INDEX, defined, ownedAttributes, written } from '../../../support/indices.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const { OWNER, ENDORSEMENT, PLATFORM, LOCKOUT, PLATFORM_NV } = TPM_RH;
const AUTH = new Secret(ascii('auth'));
const POLICY = { hashAlg: 'SHA256', digest: new Uint8Array(32).fill(7) } as const;
const SHUT_DOWN: TpmEvent = { type: 'ShutDown', shutdownType: 'state', timeMs: 0n };

function authorized(...handles: readonly number[]): readonly TpmEvent[] {
  return handles.flatMap((hierarchy) => [
    { type: 'HierarchyAuthChanged', hierarchy, auth: AUTH },
    { type: 'HierarchyPolicySet', hierarchy, policy: POLICY },
  ]);
}

function control(tpm: Tpm, authHandle: number, enable: number, state: boolean) {
  return given(tpm).when(hierarchyControl, { authHandle, enable, state });
}

describe('hierarchyControl', () => {
  it('lets the platform switch everything', () => {
    for (const enable of [OWNER, ENDORSEMENT, PLATFORM, PLATFORM_NV]) {
      control(started(), PLATFORM, enable, false).then([
        { type: 'HierarchyControlled', enable, isEnabled: false },
      ]);
    }
  });

  it('lets owner and endorsement switch themselves off only', () => {
    for (const own of [OWNER, ENDORSEMENT]) {
      control(started(), own, own, false).records('HierarchyControlled');
      const off = after(started(), { type: 'HierarchyControlled', enable: own, isEnabled: false });
      control(off, own, own, true).refuses('AUTH_TYPE');
      control(off, PLATFORM, own, true).records('HierarchyControlled');
    }
    control(started(), OWNER, ENDORSEMENT, false).refuses('AUTH_TYPE');
    control(started(), OWNER, PLATFORM, false).refuses('AUTH_TYPE');
    control(started(), ENDORSEMENT, PLATFORM_NV, false).refuses('AUTH_TYPE');
  });

  it('has nothing to record when nothing changes', () => {
    control(started(), PLATFORM, OWNER, true).then([]);
  });

  it('cancels a shutdown', () => {
    const { tpm } = control(after(started(), SHUT_DOWN), PLATFORM, OWNER, false);
    expect(tpm.lifecycle.orderly).toBe('none');
  });
});

describe('setPrimaryPolicy', () => {
  it('sets a policy, and takes it away with TPM_ALG_NULL', () => {
    const authPolicy = POLICY.digest.slice();
    for (const authHandle of [OWNER, ENDORSEMENT, PLATFORM, LOCKOUT]) {
      const set = given(started()).when(setPrimaryPolicy, {
        authHandle,
        authPolicy,
        hashAlg: 'SHA256',
      });
      set.then([{ type: 'HierarchyPolicySet', hierarchy: authHandle, policy: POLICY }]);
      const gone = { authHandle, authPolicy: new Uint8Array(), hashAlg: 'NULL' };
      given(set.tpm)
        .when(setPrimaryPolicy, gone)
        .then([{ type: 'HierarchyPolicySet', hierarchy: authHandle, policy: null }]);
    }
  });

  it('refuses what is no digest of the algorithm', () => {
    const { when } = given(started());
    const refused = [
      { authPolicy: new Uint8Array(20), hashAlg: 'SHA256' },
      { authPolicy: new Uint8Array(0), hashAlg: 'SHA256' },
      { authPolicy: new Uint8Array(32), hashAlg: 'NULL' },
    ];
    for (const input of refused) {
      when(setPrimaryPolicy, { authHandle: OWNER, ...input }).refuses('SIZE', { parameter: 1 });
    }
  });
});

describe('hierarchyChangeAuth', () => {
  it('sets an authorization value without its trailing zeros', () => {
    for (const authHandle of [OWNER, ENDORSEMENT, PLATFORM, LOCKOUT]) {
      given(started())
        .when(hierarchyChangeAuth, { authHandle, newAuth: new Secret(ascii('auth\0\0')) })
        .then([{ type: 'HierarchyAuthChanged', hierarchy: authHandle, auth: AUTH }]);
    }
  });

  it('cancels a shutdown for the platform alone, whose value no power cut survives', () => {
    const orderlyAfter = (authHandle: number) =>
      given(after(started(), SHUT_DOWN)).when(hierarchyChangeAuth, { authHandle, newAuth: AUTH })
        .tpm.lifecycle.orderly;
    expect([orderlyAfter(OWNER), orderlyAfter(PLATFORM)]).toEqual(['state', 'none']);
  });
});

describe('changeEPS and changePPS', () => {
  const cases = [
    [changeEPS, ENDORSEMENT, 0],
    [changePPS, PLATFORM, 4],
  ] as const;
  for (const [command, handle, authLength] of cases) {
    it(`${command.name} founds its hierarchy anew`, () => {
      const before = after(started(), ...authorized(handle), SHUT_DOWN);
      const { tpm } = given(before).when(command, { authHandle: PLATFORM });
      const [old, founded] = [before, tpm].map(({ hierarchies }) =>
        hierarchyAt(hierarchies, handle),
      );
      expect(founded?.seed).not.toEqual(old?.seed);
      expect(founded?.proof).not.toEqual(old?.proof);
      expect(founded?.policy).toBeNull();
      expect(founded?.auth.length).toBe(authLength);
      expect(founded?.isEnabled).toBe(true);
      expect(tpm.lifecycle.orderly).toBe('none');
      expect(tpm.hierarchies.owner).toEqual(before.hierarchies.owner);
    });
  }
});

describe('clear', () => {
  const before = after(
    started(),
    ...authorized(OWNER, ENDORSEMENT, LOCKOUT),
    ...written(u64(41n), { attributes: ownedAttributes('COUNTER') }),
    defined({
      nvIndex: INDEX + 1,
      attributes: NV.PLATFORMCREATE | NV.PPWRITE | NV.PPREAD,
    }),
    SHUT_DOWN,
  );
  const { tpm } = given(before).when(clear, { authHandle: LOCKOUT }, { nowMs: NOW_MS + 99 });

  it('gives storage a new seed, both a new proof, and takes all authorizations', () => {
    const { owner, endorsement, lockout } = tpm.hierarchies;
    expect(owner.seed).not.toEqual(before.hierarchies.owner.seed);
    expect(owner.proof).not.toEqual(before.hierarchies.owner.proof);
    expect(endorsement.seed).toEqual(before.hierarchies.endorsement.seed);
    expect(endorsement.proof).not.toEqual(before.hierarchies.endorsement.proof);
    for (const { auth, policy } of [owner, endorsement, lockout]) {
      expect([auth.length, policy]).toEqual([0, null]);
    }
  });

  it('keeps the indices of the platform only, and remembers the highest counter', () => {
    expect([...tpm.nv.indices.keys()]).not.toContain(INDEX);
    expect([...tpm.nv.indices.keys()]).toContain(INDEX + 1);
    expect(tpm.nv.maxCounter).toBe(41n);
  });

  it('starts clock, counters and protection anew, and cancels a shutdown', () => {
    expect(tpm.clock).toMatchObject({ clockMs: 0n, setAtMs: NOW_MS + 99, resetCount: 0 });
    expect(tpm.clock.safeAtMs).toBeNull();
    expect(tpm.dictionaryAttack.failedTries).toBe(0);
    expect(tpm.pcrs.updateCounter).toBe(before.pcrs.updateCounter + 1);
    expect(tpm.lifecycle.orderly).toBe('none');
  });

  it('still knows that protected values were used since Startup', () => {
    const used = given(before, { type: 'DictionaryAttackUsed' });
    const cleared = used.when(clear, { authHandle: PLATFORM });
    expect(cleared.tpm.dictionaryAttack.isUsed).toBe(true);
  });

  it('is refused while it is forbidden', () => {
    given(before, { type: 'ClearControlled', isDisabled: true })
      .when(clear, { authHandle: PLATFORM })
      .refuses('DISABLED');
  });
});

describe('clearControl', () => {
  it('forbids for lockout and platform, and allows for the platform only', () => {
    const { when } = given(started());
    const disabled: TpmEvent = { type: 'ClearControlled', isDisabled: true };
    when(clearControl, { auth: LOCKOUT, disable: true }).then([disabled]);
    when(clearControl, { auth: LOCKOUT, disable: false }).refuses('AUTH_FAIL');
    given(started(), disabled)
      .when(clearControl, { auth: PLATFORM, disable: false })
      .then([{ type: 'ClearControlled', isDisabled: false }]);
  });
});
