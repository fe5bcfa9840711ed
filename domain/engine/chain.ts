import { digest } from '../crypto/hash.ts';
import { toHex } from '../structures/octets.ts';

const text = new TextEncoder();

/** What a stream's first link continues from when the stream is no fork. */
export const GENESIS = '0'.repeat(64);

/** An event as it is linked: its metadata still without the link. */
export type Linkable = {
  readonly stream: string;
  readonly version: number;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/**
 * The link of an event: SHA-256, in hexadecimal, over the link before it and the event's octets,
 * each field preceded by its length. A fork's first link continues from its parent's at the fork.
 */
export function link(before: string, event: Linkable): string {
  const fields = [
    before,
    event.stream,
    String(event.version),
    event.id,
    event.type,
    event.data,
    event.metadata,
  ];
  const canonical = fields.map((field) => `${field.length}:${field}`).join('\n');
  return toHex(digest('SHA256', text.encode(canonical)));
}

const LINK = /^(.*),"link":"([0-9a-f]{64})"\}$/s;

/** Metadata with its link as the last member. */
export function withLink(metadata: string, value: string): string {
  return `${metadata.slice(0, -1)},"link":"${value}"}`;
}

/** Metadata as it was linked, and the link; null when there is none at its end. */
export function splitLink(
  metadata: string,
): { readonly metadata: string; readonly link: string } | null {
  const match = LINK.exec(metadata);
  if (match === null) return null;
  return { metadata: `${match[1] ?? ''}}`, link: match[2] ?? '' };
}
