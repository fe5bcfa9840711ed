import { digestOfText } from '../crypto/hash.ts';

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
  const { stream, version, id, type, data, metadata } = event;
  const fields = [before, stream, String(version), id, type, data, metadata];
  let canonical = '';
  for (const field of fields) {
    canonical += `${canonical === '' ? '' : '\n'}${field.length}:${field}`;
  }
  return digestOfText('SHA256', canonical);
}

const LINK_BEGIN = ',"link":"';
const LINK_END = '"}';
const DIGITS = /^[0-9a-f]{64}$/;

/** Metadata with its link as the last member. */
export function withLink(metadata: string, value: string): string {
  return metadata.slice(0, -1) + LINK_BEGIN + value + LINK_END;
}

/** Metadata as it was linked, and the link; null when there is none at its end. */
export function splitLink(
  metadata: string,
): { readonly metadata: string; readonly link: string } | null {
  const end = metadata.length - LINK_END.length;
  const at = end - GENESIS.length;
  const begin = at - LINK_BEGIN.length;
  if (!metadata.startsWith(LINK_BEGIN, begin) || !metadata.endsWith(LINK_END)) return null;
  const link = metadata.slice(at, end);
  if (begin < 0 || !DIGITS.test(link)) return null;
  return { metadata: `${metadata.slice(0, begin)}}`, link };
}
