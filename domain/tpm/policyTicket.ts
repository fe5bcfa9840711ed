import { NV, has } from '../structures/attributes.ts';
import type { Ticket } from '../structures/base.ts';
import { TPM_HT, TPM_RH, handleType } from '../structures/handles.ts';
import { EMPTY, u32, u64 } from '../structures/octets.ts';
import { timeAt } from './clock.ts';
import { nvIndexAt, slotAt } from './entities.ts';
import { hierarchyName } from './hierarchies.ts';
import { uint64 } from './nv.ts';
import type { AuthorizationTerms } from './policy.ts';
import type { Session } from './sessions.ts';
import { isTicketGenuine, makeTicket, nullTicket } from './tickets.ts';
import type { Tpm } from './tpm.ts';

/**
 * Set in a TPM2B_TIMEOUT when it was given without nonceTPM: the ticket ends with the next reset.
 */
const EXPIRES_ON_RESET = 1n << 63n;

/** Who gave an authorization: by signature or by authValue, under this Name. */
export type Authorizer = {
  readonly tag: 'AUTH_SIGNED' | 'AUTH_SECRET';
  readonly hierarchy: number;
  readonly name: Uint8Array;
};

/** The answer of PolicySigned and PolicySecret: TPM2B_TIMEOUT and TPMT_TK_AUTH. */
export type Grant = { readonly timeout: Uint8Array; readonly policyTicket: Ticket };

/**
 * Until when an authorization holds, in ms of Time: `expiration` counts in seconds from the start
 * of the session when nonceTPM says which one, else from zero. Null when expiration is zero.
 *
 * Part 3, 23.2.2 Policy Parameter Checks
 */
export function timeoutOf(
  tpm: Tpm,
  session: Session,
  expiration: number,
  nonceTPM: Uint8Array,
  nowMs: number,
): bigint | null {
  if (expiration === 0) return null;
  const durationMs = BigInt(Math.abs(expiration)) * 1000n;
  if (nonceTPM.length > 0) return session.startTimeMs + durationMs;
  return durationMs + (timeAt(tpm.clock, nowMs) % 1000n);
}

/** Timeout and ticket by which an authorization can be used again until it ends. */
export function grant(
  tpm: Tpm,
  authorizer: Authorizer,
  terms: AuthorizationTerms & { readonly timeoutMs: bigint },
  nonceTPM: Uint8Array,
): Grant {
  const flag = nonceTPM.length === 0 ? EXPIRES_ON_RESET : 0n;
  const timeout = u64(terms.timeoutMs | flag);
  const { tag, hierarchy } = authorizer;
  const policyTicket = makeTicket(tpm, tag, hierarchy, ...parts(tpm, authorizer, terms, timeout));
  return { timeout, policyTicket };
}

/** The answer when an authorization cannot be used again. */
export function noGrant(tag: Authorizer['tag']): Grant {
  return { timeout: EMPTY, policyTicket: nullTicket(tag) };
}

/** The value of Time, in ms, in the eight octets of a TPM2B_TIMEOUT. */
export function timeoutMsOf(timeout: Uint8Array): bigint {
  return uint64(timeout) & ~EXPIRES_ON_RESET;
}

/** True when a ticket was given for this authorization, since power came. */
export function isGrantGenuine(
  tpm: Tpm,
  ticket: Ticket,
  name: Uint8Array,
  terms: AuthorizationTerms,
  timeout: Uint8Array,
): boolean {
  const tag = ticket.tag === 'AUTH_SIGNED' ? 'AUTH_SIGNED' : 'AUTH_SECRET';
  const authorizer = { tag, hierarchy: ticket.hierarchy, name } as const;
  return isTicketGenuine(tpm, ticket, ...parts(tpm, authorizer, terms, timeout));
}

/** Time begins anew with power: the null proof and the epoch tell whose Time is meant. */
function parts(
  tpm: Tpm,
  { name }: Authorizer,
  { cpHashA, policyRef }: AuthorizationTerms,
  timeout: Uint8Array,
): readonly Uint8Array[] {
  const epoch = [tpm.hierarchies.null.proof.octets, u32(tpm.clock.epoch)];
  return [cpHashA, policyRef, name, timeout, ...epoch];
}

/** The hierarchy whose proof makes tickets for an entity. Part 3, 23.2.5 Policy Ticket Creation */
export function hierarchyOf(tpm: Tpm, handle: number): number {
  switch (handleType(handle)) {
    case TPM_HT.TRANSIENT:
    case TPM_HT.PERSISTENT: {
      const slot = slotAt(tpm, handle);
      return slot.kind === 'object' ? slot.hierarchy : TPM_RH.NULL;
    }
    case TPM_HT.NV_INDEX: {
      const { attributes } = nvIndexAt(tpm, handle).publicArea;
      return has(attributes, NV.PLATFORMCREATE) ? TPM_RH.PLATFORM : TPM_RH.OWNER;
    }
    default:
      return hierarchyName(handle) === null ? TPM_RH.OWNER : handle;
  }
}
