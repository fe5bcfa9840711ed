import { equalOctets } from '../crypto/constantTime.ts';
import { hmac } from '../crypto/hash.ts';
import { TPM_ALG } from '../structures/algorithms.ts';
import { TICKET_TAGS, type Ticket } from '../structures/base.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { TPM_RH } from '../structures/handles.ts';
import { EMPTY, concat, u16 } from '../structures/octets.ts';
import { hierarchyAt } from './hierarchies.ts';
import { CONTEXT_HASH, type Tpm } from './tpm.ts';

/**
 * A ticket: an HMAC, with the proof of a hierarchy as key, over what the TPM attests to itself.
 * Each part is preceded by its size, so that no two lists of parts give the same octets. The NULL
 * hierarchy has a proof, too: where a command gives a NULL ticket instead, it says so.
 *
 * Part 2, 10.7 Tickets
 */
export function makeTicket(
  tpm: Tpm,
  tag: Ticket['tag'],
  hierarchy: number,
  ...parts: readonly Uint8Array[]
): Ticket {
  const { proof } = hierarchyAt(tpm.hierarchies, hierarchy);
  const sizedParts = parts.flatMap((part) => [u16(part.length), part]);
  const digest = hmac(CONTEXT_HASH, proof.octets, u16(TICKET_TAGS[tag]), concat(...sizedParts));
  return { tag, hierarchy, digest };
}

/** True when a ticket was made by this TPM over these parts; a NULL ticket never is. */
export function isTicketGenuine(
  tpm: Tpm,
  ticket: Ticket,
  ...parts: readonly Uint8Array[]
): boolean {
  const genuine = makeTicket(tpm, ticket.tag, ticket.hierarchy, ...parts);
  return equalOctets(genuine.digest, ticket.digest);
}

/** The ticket that proves nothing. */
export function nullTicket(tag: Ticket['tag']): Ticket {
  return { tag, hierarchy: TPM_RH.NULL, digest: EMPTY };
}

/**
 * The ticket by which a restricted key signs a digest; NULL when what was hashed could be a
 * structure of the TPM's own, or for the NULL hierarchy. Part 2, 10.7.6 TPMT_TK_HASHCHECK
 */
export function hashTicket(
  tpm: Tpm,
  isSafe: boolean,
  hierarchy: number,
  hashAlg: HashAlg,
  digest: Uint8Array,
): Ticket {
  if (!isSafe || hierarchy === TPM_RH.NULL) return nullTicket('HASHCHECK');
  return makeTicket(tpm, 'HASHCHECK', hierarchy, ...hashTicketParts(hashAlg, digest));
}

/** What a hash ticket is made over. */
export function hashTicketParts(hashAlg: HashAlg, digest: Uint8Array): readonly Uint8Array[] {
  return [u16(TPM_ALG[hashAlg]), digest];
}
