import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { TICKET_TAGS, type Ticket } from '../structures/base.ts';
import { TPM_RH } from '../structures/handles.ts';
import { EMPTY, concat, u16 } from '../structures/octets.ts';
import { hierarchyAt } from './hierarchies.ts';
import { CONTEXT_HASH, type Tpm } from './tpm.ts';

/**
 * A ticket: an HMAC, with the proof of a hierarchy as key, over what the TPM attests to itself.
 * For the NULL hierarchy it is empty. Each part is preceded by its size, so that no two lists of
 * parts give the same octets. Part 2, 10.7 Tickets
 */
export function makeTicket(
  tpm: Tpm,
  tag: Ticket['tag'],
  hierarchy: number,
  ...parts: readonly Uint8Array[]
): Ticket {
  if (hierarchy === TPM_RH.NULL) return { tag, hierarchy, digest: EMPTY };
  const { proof } = hierarchyAt(tpm.hierarchies, hierarchy);
  const sizedParts = parts.flatMap((part) => [u16(part.length), part]);
  const digest = hmac(CONTEXT_HASH, proof.octets, u16(TICKET_TAGS[tag]), concat(...sizedParts));
  return { tag, hierarchy, digest };
}

/** True when a ticket was made by this TPM over these parts. A NULL ticket never is. */
export function isTicketGenuine(
  tpm: Tpm,
  ticket: Ticket,
  ...parts: readonly Uint8Array[]
): boolean {
  if (ticket.hierarchy === TPM_RH.NULL) return false;
  const genuine = makeTicket(tpm, ticket.tag, ticket.hierarchy, ...parts);
  return equalOctets(genuine.digest, ticket.digest);
}

/** The ticket that proves nothing. */
export function nullTicket(tag: Ticket['tag']): Ticket {
  return { tag, hierarchy: TPM_RH.NULL, digest: EMPTY };
}
