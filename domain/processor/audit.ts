import { digest } from '../crypto/hash.ts';
import { SESSION, has } from '../structures/attributes.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import type { Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { cpHash, rpHash, type Call, type Ledger, type UsedSession } from './call.ts';

/** The session of a command that audits it, if any. */
function auditSession(call: Call): UsedSession | undefined {
  return call.sessions.find(({ attributes }) => has(attributes, SESSION.audit));
}

/** The audit digest of a session after a command. Part 1, 34.4 Session Audit */
export function auditedDigest(
  call: Call,
  used: UsedSession,
  session: Session,
  parameters: Uint8Array,
): Uint8Array {
  const { authHash } = session;
  const isNew = session.auditDigest === null || has(used.attributes, SESSION.auditReset);
  const old = isNew ? new Uint8Array(DIGEST_SIZE[authHash]) : session.auditDigest;
  return digest(authHash, old, cpHash(call, authHash), rpHash(call, authHash, parameters));
}

/**
 * Which session is exclusive after a command: one that starts an audit becomes it; any command that
 * it does not audit ends it. Commands without sessions at all leave it alone.
 */
export function recordExclusive(ledger: Ledger, call: Call): void {
  if (call.command.hasNoSessions) return;
  const { exclusiveAudit } = ledger.tpm.sessions;
  const used = auditSession(call);
  const isStarted =
    used !== undefined &&
    (used.session?.auditDigest === null || has(used.attributes, SESSION.auditReset));
  const handle = isStarted ? used.handle : used?.handle === exclusiveAudit ? exclusiveAudit : null;
  if (handle !== exclusiveAudit) ledger.record({ type: 'ExclusiveAuditChanged', handle });
}

/**
 * Extends the command audit digest by a command that succeeded, unless that was the one that chose
 * another hash: it ended the audit. `before` is the TPM before it. Part 1, 34.2 Command Audit
 */
export function recordCommandAudit(
  ledger: Ledger,
  before: Tpm,
  call: Call,
  parameters: Uint8Array,
): void {
  const { hashAlg, digest: old, counter } = ledger.tpm.audit;
  if (hashAlg !== before.audit.hashAlg) return;
  const cp = cpHash(call, hashAlg);
  const rp = rpHash(call, hashAlg, parameters);
  ledger.record({
    type: 'CommandAudited',
    digest: digest(hashAlg, old ?? new Uint8Array(DIGEST_SIZE[hashAlg]), cp, rp),
    counter: old === null ? counter + 1n : counter,
  });
}
