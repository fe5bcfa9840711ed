import { describe, expect, it } from 'vitest';
import { contextLoad } from '../../../../domain/commands/context/contextLoad.ts';
import { contextSave } from '../../../../domain/commands/context/contextSave.ts';
import { flushContext } from '../../../../domain/commands/context/flushContext.ts';
import { changeEPS } from '../../../../domain/commands/hierarchy/changeEPS.ts';
import { changePPS } from '../../../../domain/commands/hierarchy/changePPS.ts';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { hashSequenceStart } from '../../../../domain/commands/sequences/hashSequenceStart.ts';
import { sequenceUpdate } from '../../../../domain/commands/sequences/sequenceUpdate.ts';
import { startAuthSession } from '../../../../domain/commands/sessions/startAuthSession.ts';
import { forkTpm } from '../../../../domain/lineage/lineage.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import type { TpmsContext } from '../../../../domain/structures/contexts.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat } from '../../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import type { TpmEvent } from '../../../../domain/tpm/evolve.ts';
import type { StartupKind } from '../../../../domain/tpm/startup.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { DrivenTpm } from '../../../support/drivenTpm.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { randomOctets } from '../../../support/randomness.ts';
import { STORAGE_KEY } from '../../../support/templates.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const FIRST = 0x80000000;
const SESSION = 0x02000000;
const AT_FAULT = { parameter: 1 };

function withSessions(count: number): Tpm {
  let tpm = started('swtpm');
  for (let i = 0; i < count; i += 1) tpm = withSession(tpm);
  return tpm;
}

function withSession(tpm: Tpm): Tpm {
  const input = {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.NULL,
    nonceCaller: new Uint8Array(16),
    encryptedSalt: new Uint8Array(0),
    sessionType: 'HMAC',
    symmetric: { algorithm: 'NULL' },
    authHash: 'SHA256',
  };
  return given(tpm).when(startAuthSession, input).tpm;
}

function withSequence(tpm: Tpm): Tpm {
  const start = { auth: EMPTY_SECRET, hashAlg: 'SHA256' };
  const sequence = given(tpm).when(hashSequenceStart, start).tpm;
  const update = { sequenceHandle: FIRST, buffer: new Uint8Array(100).fill(1) };
  return given(sequence).when(sequenceUpdate, update).tpm;
}

function saved(tpm: Tpm, saveHandle: number = FIRST) {
  const outcome = given(tpm).when(contextSave, { saveHandle });
  return { outcome, tpm: outcome.tpm, context: outcome.response['context'] as TpmsContext };
}
function loaded(tpm: Tpm, context: TpmsContext) {
  return given(tpm).when(contextLoad, { context });
}
function flushed(tpm: Tpm, flushHandle: number = FIRST) {
  return given(tpm).when(flushContext, { flushHandle });
}
function restarted(tpm: Tpm, kind: StartupKind): Tpm {
  const event: TpmEvent = {
    type: 'StartedUp',
    kind,
    locality: 0,
    ...(kind === 'reset' ? founded() : {}),
    safeAtMs: null,
    failedTries: 0,
  };
  return after(tpm, { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n }, event);
}
function founded(): { readonly nullSeed: Secret; readonly nullProof: Secret } {
  return { nullSeed: new Secret(randomOctets(64)), nullProof: new Secret(randomOctets(64)) };
}
function under(hierarchy: number, attributes = STORAGE_KEY.objectAttributes): Tpm {
  return withPrimary(started(), { ...STORAGE_KEY, objectAttributes: attributes }, hierarchy).tpm;
}

describe('the context of an object', () => {
  const tpm = under(TPM_RH.OWNER);
  const { outcome, context } = saved(tpm);

  it('is saved while the object stays loaded', () => {
    outcome.then([{ type: 'ContextCounted', sequence: 1n }]);
    expect(context).toMatchObject({ savedHandle: FIRST, hierarchy: TPM_RH.OWNER, sequence: 1n });
    expect(outcome.tpm.objects).toEqual(tpm.objects);
    expect(saved(outcome.tpm).context.sequence).toBe(2n);
  });

  it('is loaded as often as there is room', () => {
    let holder = withSessions(0);
    const own = saved(withPrimary(holder).tpm);
    holder = flushed(own.tpm).tpm;
    for (let i = 0; i < 3; i += 1) {
      const again = loaded(holder, own.context).records('ObjectLoaded');
      expect(again.decision.handle).toBe(FIRST + i);
      expect(again.tpm.objects.transient.get(FIRST + i)).toEqual(
        own.tpm.objects.transient.get(FIRST),
      );
      holder = again.tpm;
    }
    loaded(holder, own.context).refuses('OBJECT_MEMORY');
  });

  it('is refused with any octet changed', () => {
    const { contextBlob } = context;
    for (let i = 2; i < contextBlob.length; i += 1) {
      const changed = { ...context, contextBlob: contextBlob.with(i, contextBlob[i]! ^ 1) };
      loaded(tpm, changed).refuses('INTEGRITY', AT_FAULT);
    }
    for (const change of [
      { sequence: 2n },
      { hierarchy: TPM_RH.PLATFORM },
      { savedHandle: 0x80000002 },
    ]) {
      loaded(tpm, { ...context, ...change }).refuses('INTEGRITY', AT_FAULT);
    }
  });

  it('is refused when it was cut', () => {
    const cut = (size: number) => ({
      ...context,
      contextBlob: context.contextBlob.subarray(0, size),
    });
    loaded(tpm, cut(0)).refuses('INSUFFICIENT');
    loaded(tpm, cut(65)).refuses('INSUFFICIENT');
    loaded(tpm, cut(70)).refuses('SIZE', AT_FAULT);
    loaded(tpm, cut(context.contextBlob.length - 1)).refuses('INTEGRITY', AT_FAULT);
    const contextBlob = concat(Uint8Array.of(0, 0), context.contextBlob);
    loaded(tpm, { ...context, contextBlob }).refuses('SIZE', AT_FAULT);
  });

  it('does not outlive a TPM Reset, but a TPM Restart and a TPM Resume', () => {
    loaded(restarted(tpm, 'reset'), context).refuses('INTEGRITY', AT_FAULT);
    loaded(restarted(tpm, 'restart'), context).records('ObjectLoaded');
    loaded(restarted(tpm, 'resume'), context).records('ObjectLoaded');
  });

  it('does not outlive a TPM Restart when the object is stClear', () => {
    const mortal = under(TPM_RH.OWNER, STORAGE_KEY.objectAttributes | OBJECT.stClear);
    const own = saved(mortal);
    expect(own.context.savedHandle).toBe(0x80000002);
    loaded(mortal, own.context).records('ObjectLoaded');
    loaded(restarted(mortal, 'restart'), own.context).refuses('INTEGRITY', AT_FAULT);
    loaded(restarted(mortal, 'resume'), own.context).records('ObjectLoaded');
  });

  it('goes with its hierarchy', () => {
    const cases = [
      [clear, [TPM_RH.OWNER, TPM_RH.ENDORSEMENT]],
      [changeEPS, [TPM_RH.ENDORSEMENT]],
      [changePPS, [TPM_RH.PLATFORM]],
    ] as const;
    for (const [by, gone] of cases) {
      for (const hierarchy of [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.NULL]) {
        const own = saved(under(hierarchy));
        const afterwards = given(own.tpm).when(by, { authHandle: TPM_RH.PLATFORM }).tpm;
        const again = loaded(afterwards, own.context);
        if (gone.some((handle) => handle === hierarchy)) again.refuses('INTEGRITY', AT_FAULT);
        else again.records('ObjectLoaded');
      }
    }
  });

  it('cannot be loaded while its hierarchy is switched off', () => {
    const off = { type: 'HierarchyControlled', enable: TPM_RH.OWNER, isEnabled: false } as const;
    loaded(after(tpm, off), context).refuses('HIERARCHY', AT_FAULT);
    const sequence = saved(withSequence(started()));
    loaded(after(sequence.tpm, off), sequence.context).records('SequenceStarted');
  });

  it('is taken by a copy, but not for a key of the endorsement hierarchy', () => {
    for (const hierarchy of [TPM_RH.OWNER, TPM_RH.ENDORSEMENT]) {
      const own = saved(under(hierarchy));
      const point = { incarnation: 'test', version: 2, link: '-' };
      const around = { nowMs: NOW_MS, entropy: randomOctets };
      const copy = after(own.tpm, ...forkTpm(own.tpm, point, 'copy', 'clone', around));
      const again = loaded(copy, own.context);
      if (hierarchy === TPM_RH.OWNER) again.records('ObjectLoaded');
      else again.refuses('HIERARCHY', AT_FAULT);
    }
  });

  it('is refused by another TPM', () => {
    loaded(started(), context).refuses('INTEGRITY', AT_FAULT);
  });

  it('holds no secret in the clear', () => {
    const object = tpm.objects.transient.get(FIRST);
    const scalar = object?.kind === 'object' ? object.sensitive?.sensitive.octets : null;
    expect(String(context.contextBlob)).not.toContain(String(scalar));
  });
});

describe('the context of a sequence', () => {
  it('brings it back as it was', () => {
    const tpm = withSequence(started());
    const { context } = saved(tpm);
    expect(context).toMatchObject({ savedHandle: 0x80000001, hierarchy: TPM_RH.NULL });
    const again = loaded(flushed(tpm).tpm, context).records('SequenceStarted');
    expect(again.tpm.objects).toEqual(tpm.objects);
  });
});

describe('the context of a session', () => {
  const tpm = withSession(started());
  const own = saved(tpm, SESSION);

  it('takes the session out of the TPM', () => {
    own.outcome.then([{ type: 'SessionSaved', handle: SESSION, sequence: 65n }]);
    expect(own.tpm.sessions.loaded.size).toBe(0);
    expect(own.context).toMatchObject({ savedHandle: SESSION, hierarchy: TPM_RH.NULL });
  });

  it('is loaded exactly once, under the same handle', () => {
    const again = loaded(own.tpm, own.context).records('SessionRestored');
    expect(again.decision.handle).toBe(SESSION);
    expect(again.tpm.sessions.loaded).toEqual(tpm.sessions.loaded);
    loaded(again.tpm, own.context).refuses('HANDLE', AT_FAULT);
    const second = saved(again.tpm, SESSION);
    loaded(second.tpm, own.context).refuses('HANDLE', AT_FAULT);
    loaded(second.tpm, second.context).records('SessionRestored');
  });

  it('is refused changed, flushed, or after a TPM Reset', () => {
    const savedHandle = SESSION + 1;
    loaded(own.tpm, { ...own.context, savedHandle }).refuses('INTEGRITY', AT_FAULT);
    const gone = flushed(own.tpm, SESSION).records('SessionFlushed');
    loaded(gone.tpm, own.context).refuses('HANDLE', AT_FAULT);
    loaded(restarted(own.tpm, 'reset'), own.context).refuses('INTEGRITY', AT_FAULT);
    loaded(restarted(own.tpm, 'restart'), own.context).records('SessionRestored');
  });

  it('is counted apart from objects', () => {
    const both = saved(withPrimary(withSession(tpm)).tpm, FIRST);
    expect(saved(both.tpm, SESSION).context.sequence).toBe(65n);
  });

  it('needs a slot', () => {
    const waiting = saved(withSessions(3), SESSION);
    const full = withSession(waiting.tpm);
    loaded(full, waiting.context).refuses('SESSION_MEMORY');
  });

  it('must not wait too long: the last slot is kept for the oldest', () => {
    const oldest = saved(withSessions(3), SESSION);
    const younger = saved(oldest.tpm, SESSION + 1);
    const { sessions } = younger.tpm;
    const late = (contextCounter: bigint): Tpm => ({
      ...younger.tpm,
      sessions: { ...sessions, contextCounter },
    });
    saved(late(65534n), SESSION + 2).outcome.records('SessionSaved');
    const full = late(65535n);
    expect(() => saved(full, SESSION + 2)).toThrow('CONTEXT_GAP');
    const last = withSession(full);
    expect(() => withSession(last)).toThrow('CONTEXT_GAP');
    loaded(last, younger.context).refuses('CONTEXT_GAP');
    loaded(last, oldest.context).records('SessionRestored');
    loaded(full, younger.context).records('SessionRestored');
  });
});

describe('flushContext', () => {
  it('removes objects, sequences and sessions', () => {
    flushed(under(TPM_RH.OWNER)).then([{ type: 'ObjectFlushed', handle: FIRST }]);
    flushed(withSequence(started())).then([{ type: 'ObjectFlushed', handle: FIRST }]);
    const tpm = withSession(started());
    flushed(tpm, SESSION).then([{ type: 'SessionFlushed', handle: SESSION }]);
  });

  it('removes a saved session by its number, of whatever kind', () => {
    const { tpm } = saved(withSession(started()), SESSION);
    flushed(tpm, 0x03000000).then([{ type: 'SessionFlushed', handle: SESSION }]);
  });

  it('refuses what is not there, and what cannot be', () => {
    const tpm = started('swtpm');
    for (const handle of [FIRST, FIRST + 2, SESSION, 0x03000000]) {
      flushed(tpm, handle).refuses('HANDLE', AT_FAULT);
    }
    flushed(started(), FIRST + 63).refuses('HANDLE', AT_FAULT);
    const code = (of: Tpm, flushHandle: number): number =>
      new DrivenTpm(of).send(flushContext, { flushHandle }).code;
    expect(code(tpm, FIRST + 3)).toBe(0x1c4);
    expect(code(started(), FIRST + 64)).toBe(0x1c4);
  });
});
