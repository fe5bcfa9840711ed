import { digest } from '../crypto/hash.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { sameOctets, u32 } from '../structures/octets.ts';
import { refuse } from '../structures/tpmError.ts';
import { timeAt, type Clock } from './clock.ts';
import { sessionAt } from './entities.ts';
import type { PolicyState, Session, SessionEvent } from './sessions.ts';
import type { Tpm } from './tpm.ts';

/** A session that collects a policy, in earnest or on trial. */
export type PolicySession = Session & { readonly policy: PolicyState };

/** The policy session at a handle; it must have been required before. */
export function policySessionAt(tpm: Tpm, handle: number): PolicySession {
  const session = sessionAt(tpm, handle);
  const { policy } = session;
  if (policy === null) throw new Error(`session ${handle.toString(16)} collects no policy`);
  return { ...session, policy };
}

/** True for a trial session: it works out digests without any check and authorizes nothing. */
export function isTrial(session: Session): boolean {
  return session.kind === 'TRIAL';
}

/** The fact that a policy is another one in some respects. */
export function policyChanged(
  handle: number,
  session: PolicySession,
  change: Partial<PolicyState>,
): SessionEvent {
  return { type: 'PolicyChanged', handle, policy: { ...session.policy, ...change } };
}

/** policyDigest after a command: H(old || commandCode || parts). Part 1, 19.7.4 Policy Digest */
export function extendedDigest(
  session: PolicySession,
  commandCode: number,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return digest(session.authHash, session.policy.digest, u32(commandCode), ...parts);
}

/** A policyDigest of zeros: where PolicyOR and the authorized policies start from. */
export function zeroDigest({ authHash }: Session): Uint8Array {
  return new Uint8Array(DIGEST_SIZE[authHash]);
}

/**
 * policyDigest after an authorization: H(H(old || commandCode || name) || policyRef). The second
 * hash is there even when policyRef is empty.
 *
 * Part 3, 23.2.3 Policy Digest Update Function (PolicyUpdate())
 */
export function authorizedDigest(
  { authHash }: Session,
  old: Uint8Array,
  commandCode: number,
  name: Uint8Array,
  policyRef: Uint8Array,
): Uint8Array {
  return digest(authHash, digest(authHash, old, u32(commandCode), name), policyRef);
}

/**
 * Binds the policy to a digest of its kind. Refuses with CPHASH when it is bound to anything else:
 * a policy holds one digest only. Part 3, 23.2.4 Policy Context Updates
 */
export function boundTo(
  { policy }: PolicySession,
  kind: NonNullable<PolicyState['bound']>['kind'],
  hash: Uint8Array,
): PolicyState['bound'] {
  const { bound } = policy;
  if (bound !== null && (bound.kind !== kind || !sameOctets(bound.digest, hash))) refuse('CPHASH');
  return { kind, digest: hash.slice() };
}

/** What PolicySigned, PolicySecret and PolicyTicket say beside who authorizes. */
export type AuthorizationTerms = {
  readonly cpHashA: Uint8Array;
  readonly policyRef: Uint8Array;
  /** Until when it holds, a value of Time in ms; null for as long as the session. */
  readonly timeoutMs: bigint | null;
};

/** Refuses with NONCE a nonceTPM that was given and is not the session's. */
export function checkNonce(session: Session, nonceTPM: Uint8Array): void {
  if (nonceTPM.length === 0) return;
  if (!sameOctets(nonceTPM, session.nonceTPM)) refuse('NONCE', { parameter: 1 });
}

/** True when a value of Time that a session took has passed, or is of another epoch. */
export function isPast(clock: Clock, session: Session, timeoutMs: bigint, nowMs: number): boolean {
  return session.epoch !== clock.epoch || timeoutMs < timeAt(clock, nowMs);
}

/**
 * Checks the terms of an authorization before it is accepted. Refuses with EXPIRED when its time
 * has passed or the session is of an earlier epoch, SIZE when cpHashA is no digest of the session's
 * hash, CPHASH when the session is bound to another. `positions` are those of the parameters in the
 * command.
 *
 * Part 3, 23.2.2 Policy Parameter Checks
 */
export function checkTerms(
  tpm: Tpm,
  session: PolicySession,
  { cpHashA, timeoutMs }: AuthorizationTerms,
  nowMs: number,
  positions: { readonly cpHashA: number; readonly expiration: number },
): void {
  if (timeoutMs !== null) {
    if (!tpm.lifecycle.isNvAvailable) refuse('NV_UNAVAILABLE');
    if (isPast(tpm.clock, session, timeoutMs, nowMs))
      refuse('EXPIRED', { parameter: positions.expiration });
  }
  if (cpHashA.length === 0) return;
  if (cpHashA.length !== DIGEST_SIZE[session.authHash]) {
    refuse('SIZE', { parameter: positions.cpHashA });
  }
  const { bound } = session.policy;
  if (bound !== null && !sameOctets(bound.digest, cpHashA)) refuse('CPHASH');
}

/**
 * The policy after an authorization by the entity of this Name: the digest, and the terms if they
 * are stricter than before. Part 3, 23.2.4 Policy Context Updates
 */
export function authorizedPolicy(
  session: PolicySession,
  commandCode: number,
  name: Uint8Array,
  { cpHashA, policyRef, timeoutMs }: AuthorizationTerms,
): Partial<PolicyState> {
  const { policy } = session;
  return {
    digest: authorizedDigest(session, policy.digest, commandCode, name, policyRef),
    bound: cpHashA.length === 0 ? policy.bound : { kind: 'cpHash', digest: cpHashA.slice() },
    timeoutMs: earlier(policy.timeoutMs, timeoutMs),
  };
}

function earlier(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
