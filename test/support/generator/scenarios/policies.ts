import { u32 } from '../../../../domain/structures/octets.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { entityName, objectAt, sessionAt } from '../../../../domain/tpm/entities.ts';
import type { Guest } from '../guest.ts';
import { signer } from './keys.ts';
import { startSession } from './sessions.ts';

const NONE = new Uint8Array(0);

/** A policy session, trial or not, made when there is none. */
function policySession(guest: Guest): number {
  const known = [...guest.sessions('POLICY'), ...guest.sessions('TRIAL')];
  if (known.length > 0 && guest.random.chance(70)) return guest.random.pick(known);
  return startSession(guest, guest.random.chance(60) ? 'POLICY' : 'TRIAL');
}

function trial(guest: Guest): number {
  return startSession(guest, 'TRIAL');
}

function nonceOf(guest: Guest, session: number): Uint8Array {
  return guest.tpm.sessions.loaded.has(session)
    ? sessionAt(guest.tpm, session).nonceTPM.slice()
    : NONE;
}

function secret(guest: Guest): void {
  const session = startSession(guest, 'POLICY');
  const authHandle = guest.random.pick([TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM]);
  const input = {
    authHandle,
    policySession: session,
    nonceTPM: nonceOf(guest, session),
    cpHashA: NONE,
    policyRef: guest.random.octets(4),
    expiration: guest.random.pick([0, -60, -1, 5]),
  };
  const { code, values } = guest.run('PolicySecret', input);
  if (code !== 0 || input.expiration >= 0) return;
  const authName = entityName(guest.tpm, authHandle).slice();
  const { policyRef, cpHashA } = input;
  const next = startSession(guest, 'POLICY');
  const { timeout, policyTicket: ticket } = values;
  const rest = { timeout, cpHashA, policyRef, authName, ticket };
  guest.run('PolicyTicket', { policySession: next, ...rest });
}

function signed(guest: Guest): void {
  const keyHandle = signer(guest);
  const session = policySession(guest);
  if (keyHandle === 0 || session === 0) return;
  const [nonceTPM, policyRef] = [nonceOf(guest, session), guest.random.octets(3)];
  const aHash = guest.digest('SHA256', nonceTPM, u32(0), policyRef);
  const inScheme = { scheme: 'NULL' };
  const validation = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };
  const made = guest.run('Sign', { keyHandle, digest: aHash, inScheme, validation });
  if (made.code !== 0) return;
  guest.run('PolicySigned', {
    authObject: keyHandle,
    policySession: session,
    nonceTPM,
    cpHashA: NONE,
    policyRef,
    expiration: 0,
    auth: made.values['signature'],
  });
}

function authorized(guest: Guest): void {
  const keyHandle = signer(guest);
  const session = policySession(guest);
  if (keyHandle === 0 || session === 0) return;
  const approvedPolicy = guest.run('PolicyGetDigest', { policySession: session }).values[
    'policyDigest'
  ] as Uint8Array | undefined;
  if (approvedPolicy === undefined) return;
  const policyRef = guest.random.octets(2);
  const aHash = guest.digest('SHA256', approvedPolicy, policyRef);
  const validation = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };
  const inScheme = { scheme: 'NULL' };
  const { values } = guest.run('Sign', { keyHandle, digest: aHash, inScheme, validation });
  if (values['signature'] === undefined) return;
  const verified = guest.run('VerifySignature', {
    keyHandle,
    digest: aHash,
    signature: values['signature'],
  }).values;
  if (verified['validation'] === undefined) return;
  guest.run('PolicyAuthorize', {
    policySession: session,
    approvedPolicy,
    policyRef,
    keySign: objectAt(guest.tpm, keyHandle).name,
    checkTicket: verified['validation'],
  });
}

function or(guest: Guest): void {
  const session = policySession(guest);
  const now = guest.run('PolicyGetDigest', { policySession: session }).values['policyDigest'];
  if (now === undefined) return;
  guest.run('PolicyOR', { policySession: session, pHashList: [now, guest.random.octets(32)] });
}

function pcr(guest: Guest): void {
  const pcrs = [{ hash: 'SHA256', pcrSelect: new Uint8Array([guest.random.below(256), 0, 0]) }];
  guest.run('PolicyPCR', { policySession: policySession(guest), pcrDigest: NONE, pcrs });
}

function restart(guest: Guest): void {
  const [session] = guest.sessions('POLICY');
  if (session !== undefined) guest.run('PolicyRestart', { sessionHandle: session });
}

/** Policies and the sessions that collect them. */
export const POLICY_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  (guest) => startSession(guest, guest.random.pick(['HMAC', 'HMAC', 'POLICY', 'TRIAL'])),
  secret,
  signed,
  authorized,
  or,
  pcr,
  restart,
  (guest) => guest.run('PolicyAuthValue', { policySession: policySession(guest) }),
  (guest) => guest.run('PolicyPassword', { policySession: policySession(guest) }),
  (guest) => guest.run('PolicyPhysicalPresence', { policySession: trial(guest) }),
  (guest) =>
    guest.run('PolicyLocality', { policySession: policySession(guest), locality: 0b11111 }),
  (guest) =>
    guest.run('PolicyNvWritten', {
      policySession: policySession(guest),
      writtenSet: guest.random.chance(50),
    }),
  (guest) =>
    guest.run('PolicyCpHash', { policySession: trial(guest), cpHashA: guest.random.octets(32) }),
  (guest) =>
    guest.run('PolicyNameHash', { policySession: trial(guest), nameHash: guest.random.octets(32) }),
  (guest) =>
    guest.run('PolicyTemplate', {
      policySession: trial(guest),
      templateHash: guest.random.octets(32),
    }),
  (guest) =>
    guest.run('PolicyDuplicationSelect', {
      policySession: trial(guest),
      objectName: guest.random.octets(34),
      newParentName: guest.random.octets(34),
      includeObject: guest.random.chance(50),
    }),
  (guest) =>
    guest.run('PolicyCounterTimer', {
      policySession: policySession(guest),
      operandB: new Uint8Array(8),
      offset: 0,
      operation: 'UNSIGNED_GE',
    }),
  (guest) => guest.run('PolicyGetDigest', { policySession: policySession(guest) }),
];
