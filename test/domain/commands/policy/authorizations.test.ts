import { describe, expect, test } from 'vitest';
import { policyAuthorize } from '../../../../domain/commands/policy/policyAuthorize.ts';
import { policyOR } from '../../../../domain/commands/policy/policyOR.ts';
import { policySecret } from '../../../../domain/commands/policy/policySecret.ts';
import { policySigned } from '../../../../domain/commands/policy/policySigned.ts';
import { policyTicket } from '../../../../domain/commands/policy/policyTicket.ts';
import { sign } from '../../../../domain/commands/signing/sign.ts';
import { verifySignature } from '../../../../domain/commands/signing/verifySignature.ts';
import type { Ticket } from '../../../../domain/structures/base.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import {
  POLICY_SESSION,
  policyDigest,
  policyOf,
  sha256,
  withSession,
} from '../../../support/sessions.ts';
import { signingKey } from '../../../support/templates.ts';
import { NOW_MS, started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const ZERO = new Uint8Array(32);
const NONCE = new Uint8Array(32).fill(1);
const REF = new Uint8Array([1, 2, 3]);
const policySession = POLICY_SESSION;
const HASHCHECK = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };

/** A policyDigest after an authorization by this Name. */
function authorized(code: number, name: Uint8Array, policyRef: Uint8Array): Uint8Array {
  return sha256(policyDigest(code, name), policyRef);
}

type Grant = { readonly timeout: Uint8Array; readonly policyTicket: Ticket };

describe('policySecret', () => {
  const terms = { nonceTPM: NONE, cpHashA: NONE, policyRef: REF, expiration: 0 };
  const input = { authHandle: TPM_RH.OWNER, policySession, ...terms };
  const session = withSession(started());

  test('takes the Name of the entity into the policy, and gives no ticket', () => {
    const outcome = given(session).when(policySecret, input);
    expect(policyOf(outcome.tpm).digest).toEqual(authorized(0x151, u32(TPM_RH.OWNER), REF));
    outcome.answers({ timeout: NONE });
  });

  test('wants the nonce of the session', () => {
    given(session)
      .when(policySecret, { ...input, nonceTPM: NONCE })
      .records('PolicyChanged');
    given(session)
      .when(policySecret, { ...input, nonceTPM: NONCE.with(0, 9) })
      .refuses('NONCE', { parameter: 1 });
  });

  test('gives a ticket for a negative expiration, which policyTicket takes', () => {
    const asked = { ...input, nonceTPM: NONCE, expiration: -60 };
    const { response } = given(session).when(policySecret, asked);
    const { timeout, policyTicket: ticket } = response as Grant;
    expect(timeout.length).toBe(8);
    const given2 = { policySession, timeout, cpHashA: NONE, policyRef: REF, ticket };
    const taken = given(session).when(policyTicket, { ...given2, authName: u32(TPM_RH.OWNER) });
    expect(policyOf(taken.tpm).digest).toEqual(authorized(0x151, u32(TPM_RH.OWNER), REF));
    given(session)
      .when(policyTicket, { ...given2, authName: u32(TPM_RH.PLATFORM) })
      .refuses('TICKET', { parameter: 5 });
    given(session)
      .when(policyTicket, { ...given2, authName: u32(TPM_RH.OWNER), policyRef: NONE })
      .refuses('TICKET', { parameter: 5 });
  });

  test('a ticket expires', () => {
    const asked = { ...input, nonceTPM: NONCE, expiration: -60 };
    const { timeout, policyTicket: ticket } = given(session).when(policySecret, asked)
      .response as Grant;
    const rest = { policySession, cpHashA: NONE, policyRef: REF, authName: u32(TPM_RH.OWNER) };
    given(session)
      .when(policyTicket, { ...rest, timeout, ticket }, { nowMs: NOW_MS + 61_000 })
      .refuses('EXPIRED', { parameter: 1 });
  });

  test('an authorization that has expired is refused', () => {
    const late = { nowMs: NOW_MS + 10_000 };
    given(session)
      .when(policySecret, { ...input, nonceTPM: NONCE, expiration: 5 }, late)
      .refuses('EXPIRED', { parameter: 4 });
  });

  test('cpHashA is a digest, and the only one', () => {
    given(session)
      .when(policySecret, { ...input, cpHashA: REF })
      .refuses('SIZE', { parameter: 2 });
    const bound = withSession(started(), 'POLICY', { bound: { kind: 'cpHash', digest: ZERO } });
    given(bound)
      .when(policySecret, { ...input, cpHashA: NONCE })
      .refuses('CPHASH');
  });

  test('policyTicket is not for trial sessions', () => {
    const ticket = { tag: 'AUTH_SECRET', hierarchy: TPM_RH.NULL, digest: NONE };
    const rest = { timeout: new Uint8Array(8), cpHashA: NONE, policyRef: NONE, authName: NONE };
    given(withSession(started(), 'TRIAL'))
      .when(policyTicket, { policySession, ...rest, ticket })
      .refuses('ATTRIBUTES', { handle: 1 });
    given(session)
      .when(policyTicket, { policySession, ...rest, timeout: REF, ticket })
      .refuses('SIZE', { parameter: 1 });
  });
});

/** A TPM with a signing key, and a way to have it sign. */
function signer(): {
  readonly tpm: Tpm;
  readonly handle: number;
  readonly signed: (digest: Uint8Array) => unknown;
} {
  const { tpm, handle } = withPrimary(withSession(started()), signingKey());
  const input = { keyHandle: handle, inScheme: { scheme: 'NULL' }, validation: HASHCHECK };
  const signed = (digest: Uint8Array) =>
    given(tpm).when(sign, { ...input, digest }).response['signature'];
  return { tpm, handle, signed };
}

describe('policySigned', () => {
  const { tpm, handle, signed } = signer();
  const { name } = objectAt(tpm, handle);
  const terms = { nonceTPM: NONCE, cpHashA: NONE, policyRef: REF, expiration: 0 };
  const input = { authObject: handle, policySession, ...terms };
  const auth = signed(sha256(NONCE, u32(0), REF));

  test('takes the Name of the key into the policy', () => {
    const outcome = given(tpm).when(policySigned, { ...input, auth });
    expect(policyOf(outcome.tpm).digest).toEqual(authorized(0x160, name, REF));
  });

  test('wants a signature over its terms', () => {
    given(tpm)
      .when(policySigned, { ...input, policyRef: NONE, auth })
      .refuses('SIGNATURE', { parameter: 5 });
    given(tpm)
      .when(policySigned, { ...input, expiration: 100, auth })
      .refuses('SIGNATURE', { parameter: 5 });
  });

  test('on trial it wants nothing', () => {
    const trial = withPrimary(withSession(started(), 'TRIAL'), signingKey());
    const outcome = given(trial.tpm).when(policySigned, {
      ...input,
      authObject: trial.handle,
      auth,
    });
    const own = objectAt(trial.tpm, trial.handle).name;
    expect(policyOf(outcome.tpm).digest).toEqual(authorized(0x160, own, REF));
  });
});

describe('policyAuthorize', () => {
  const { tpm, handle, signed } = signer();
  const { name: keySign } = objectAt(tpm, handle);
  const digest = sha256(ZERO, REF);
  const { validation: checkTicket } = given(tpm).when(verifySignature, {
    keyHandle: handle,
    digest,
    signature: signed(digest),
  }).response;
  const input = { policySession, approvedPolicy: ZERO, policyRef: REF, keySign, checkTicket };

  test('puts the key in the place of the policy that it approved', () => {
    const outcome = given(tpm).when(policyAuthorize, input);
    expect(policyOf(outcome.tpm).digest).toEqual(authorized(0x16a, keySign, REF));
  });

  test('is refused another policy, and a ticket for anything else', () => {
    given(tpm)
      .when(policyAuthorize, { ...input, approvedPolicy: NONCE })
      .refuses('VALUE', { parameter: 1 });
    given(tpm)
      .when(policyAuthorize, { ...input, policyRef: NONE })
      .refuses('VALUE', { parameter: 4 });
    given(tpm)
      .when(policyAuthorize, { ...input, keySign: keySign.subarray(1) })
      .refuses('HASH', { parameter: 3 });
    given(tpm)
      .when(policyAuthorize, { ...input, keySign: keySign.subarray(0, 33) })
      .refuses('SIZE', { parameter: 3 });
  });
});

describe('policyOR', () => {
  const branches = [NONCE, ZERO];

  test('is one of several', () => {
    const { tpm } = given(withSession(started())).when(policyOR, {
      policySession,
      pHashList: branches,
    });
    expect(policyOf(tpm).digest).toEqual(policyDigest(0x171, ...branches));
  });

  test('is none of them', () => {
    const other = withSession(started(), 'POLICY', { digest: sha256(REF) });
    given(other)
      .when(policyOR, { policySession, pHashList: branches })
      .refuses('VALUE', { parameter: 1 });
    const trial = withSession(started(), 'TRIAL', { digest: sha256(REF) });
    given(trial).when(policyOR, { policySession, pHashList: branches }).records('PolicyChanged');
  });
});
