import { createHash } from 'node:crypto';
import { u32 } from '../../domain/structures/octets.ts';
import { EMPTY_SECRET } from '../../domain/structures/secret.ts';
import type { PolicyState, Session } from '../../domain/tpm/sessions.ts';
import { emptyPolicy } from '../../domain/tpm/sessions.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { after } from './tpms.ts';

/** The handle of the session that `withSession` starts, by its kind. */
export const HMAC_SESSION = 0x02000000;
export const POLICY_SESSION = 0x03000000;

/** The TPM with a session of SHA-256 that nobody bound, salted or used yet. */
export function withSession(
  tpm: Tpm,
  kind: Session['kind'] = 'POLICY',
  policy: Partial<PolicyState> = {},
  change: Partial<Session> = {},
): Tpm {
  const session: Session = {
    kind,
    authHash: 'SHA256',
    symmetric: { algorithm: 'NULL' },
    sessionKey: EMPTY_SECRET,
    nonceTPM: new Uint8Array(32).fill(1),
    binding: null,
    boundProtection: 'none',
    startTimeMs: 0n,
    epoch: tpm.clock.epoch,
    auditDigest: null,
    policy: kind === 'HMAC' ? null : { ...emptyPolicy(32), ...policy },
    ...change,
  };
  const handle = kind === 'HMAC' ? HMAC_SESSION : POLICY_SESSION;
  return after(tpm, { type: 'SessionStarted', handle, session });
}

/** What the policy session has collected. */
export function policyOf(tpm: Tpm): PolicyState {
  const policy = tpm.sessions.loaded.get(POLICY_SESSION)?.policy;
  if (policy === null || policy === undefined) throw new Error('there is no policy session');
  return policy;
}

/** SHA-256 of the parts, by Node.js itself. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

/** A policyDigest after a command from the beginning: H(0 || commandCode || parts). */
export function policyDigest(code: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(new Uint8Array(32), u32(code), ...parts);
}
