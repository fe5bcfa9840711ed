import { describe, expect, test } from 'vitest';
import { policyRestart } from '../../../../domain/commands/sessions/policyRestart.ts';
import { startAuthSession } from '../../../../domain/commands/sessions/startAuthSession.ts';
import { kdfa } from '../../../../domain/crypto/kdf.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { encryptSecret } from '../../../../domain/tpm/secretExchange.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { randomOctets } from '../../../support/randomness.ts';
import { POLICY_SESSION, policyOf, withSession } from '../../../support/sessions.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const nonceCaller = new Uint8Array(16).fill(2);
const { NULL, OWNER } = TPM_RH;
const input = {
  tpmKey: NULL,
  bind: NULL,
  nonceCaller,
  encryptedSalt: NONE,
  sessionType: 'HMAC',
  symmetric: { algorithm: 'NULL' },
  authHash: 'SHA256',
};

function sessionOf(tpm: Tpm, handle: number | undefined) {
  const session = tpm.sessions.loaded.get(handle ?? 0);
  if (session === undefined) throw new Error('no session was started');
  return session;
}

describe('startAuthSession', () => {
  test.each([
    ['HMAC', 0x02000000],
    ['POLICY', 0x03000000],
    ['TRIAL', 0x03000000],
  ] as const)('starts a session of kind %s', (sessionType, handle) => {
    const outcome = given(started()).when(startAuthSession, { ...input, sessionType });
    expect(outcome.decision.handle).toBe(handle);
    const session = sessionOf(outcome.tpm, handle);
    expect(session.kind).toBe(sessionType);
    expect(session.sessionKey.length).toBe(0);
    expect(outcome.response['nonceTPM']).toEqual(session.nonceTPM);
    expect(session.nonceTPM.length).toBe(nonceCaller.length);
  });

  test('a bound and salted key comes from both', () => {
    const auth = new Uint8Array([5, 5]);
    const change = {
      type: 'HierarchyAuthChanged',
      hierarchy: OWNER,
      auth: new Secret(auth),
    } as const;
    const { tpm, handle } = withPrimary(after(started(), change), STORAGE_KEY);
    const { publicArea } = objectAt(tpm, handle);
    const { data: salt, secret } = encryptSecret(publicArea, 'SECRET', randomOctets);
    const asked = { ...input, tpmKey: handle, bind: OWNER, encryptedSalt: secret };
    const outcome = given(tpm).when(startAuthSession, asked);
    const { sessionKey, nonceTPM, binding } = sessionOf(outcome.tpm, outcome.decision.handle);
    const key = kdfa('SHA256', concat(auth, salt), 'ATH', nonceTPM, nonceCaller, 256);
    expect(sessionKey.octets).toEqual(key);
    expect(binding?.auth.octets).toEqual(auth);
  });

  test('is refused nonces that are too short or too long', () => {
    for (const size of [15, 33]) {
      given(started())
        .when(startAuthSession, { ...input, nonceCaller: new Uint8Array(size) })
        .refuses('SIZE', { parameter: 1 });
    }
  });

  test('is refused salts without a key, keys without a salt, and keys that do not decrypt', () => {
    given(started())
      .when(startAuthSession, { ...input, encryptedSalt: nonceCaller })
      .refuses('VALUE', { parameter: 2 });
    const { tpm, handle } = withPrimary(started(), STORAGE_KEY);
    given(tpm)
      .when(startAuthSession, { ...input, tpmKey: handle })
      .refuses('VALUE', { parameter: 2 });
    const signer = withPrimary(started(), signingKey());
    given(signer.tpm)
      .when(startAuthSession, { ...input, tpmKey: signer.handle, encryptedSalt: nonceCaller })
      .refuses('ATTRIBUTES', { handle: 1 });
  });

  test('is refused ciphers in other modes than CFB', () => {
    const symmetric = { algorithm: 'AES', keyBits: 128, mode: 'CBC' };
    given(started())
      .when(startAuthSession, { ...input, symmetric })
      .refuses('MODE', { parameter: 4 });
  });

  test('is refused when all slots are taken', () => {
    let tpm = started('swtpm');
    for (let count = 0; count < 3; count += 1) {
      tpm = given(tpm).when(startAuthSession, input).tpm;
    }
    given(tpm).when(startAuthSession, input).refuses('SESSION_MEMORY');
  });
});

describe('policyRestart', () => {
  test('forgets what was collected', () => {
    const collected = withSession(started(), 'POLICY', {
      digest: new Uint8Array(32).fill(9),
      commandCode: 0x15e,
      nvWritten: true,
    });
    const { tpm } = given(collected).when(policyRestart, { sessionHandle: POLICY_SESSION });
    expect(policyOf(tpm)).toMatchObject({
      digest: new Uint8Array(32),
      commandCode: null,
      nvWritten: null,
    });
  });
});
