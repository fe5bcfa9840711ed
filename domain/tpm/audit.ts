import type { HashAlg } from '../structures/hashAlg.ts';

/**
 * Command audit: which commands are audited, and the digest of those that were.
 *
 * `digest` is null when no audit is under way. Part 1, 34.2 Command Audit
 */
export type Audit = {
  readonly hashAlg: HashAlg;
  readonly commands: readonly number[];
  readonly digest: Uint8Array | null;
  readonly counter: bigint;
};

/** The facts about command audit. */
export type AuditEvent =
  | { readonly type: 'CommandAudited'; readonly digest: Uint8Array; readonly counter: bigint }
  | { readonly type: 'CommandAuditReset' }
  | {
      readonly type: 'CommandAuditConfigured';
      readonly hashAlg: HashAlg;
      readonly commands: readonly number[];
    };

type Of<K extends AuditEvent['type']> = Extract<AuditEvent, { type: K }>;

/** What each fact does to the audit. */
export const auditEvolvers = {
  CommandAudited: (audit: Audit, { digest, counter }: Of<'CommandAudited'>): Audit => ({
    ...audit,
    digest,
    counter,
  }),
  CommandAuditReset: (audit: Audit): Audit => ({ ...audit, digest: null }),
  CommandAuditConfigured: (audit: Audit, event: Of<'CommandAuditConfigured'>): Audit => ({
    ...audit,
    hashAlg: event.hashAlg,
    commands: event.commands,
  }),
};
