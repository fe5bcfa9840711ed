import { TPMS_ATTEST } from '../../domain/structures/attestation.ts';
import { fromOctets } from '../../domain/structures/codec.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';

/** One value within a response: where it stands, what it is as a text, and if it is octets. */
export type Leaf = { readonly path: string; readonly text: string; readonly isOctets?: true };

/** The values within a value. A list is one leaf: its length is a part of what it says. */
export function leavesOf(path: string, value: unknown): readonly Leaf[] {
  if (isOctets(value)) return [{ path, text: shown(value), isOctets: true }];
  if (isPlain(value) || Array.isArray(value)) return [{ path, text: shown(value) }];
  return Object.entries(value as object).flatMap(([name, inner]) =>
    leavesOf(`${path}.${name}`, inner),
  );
}

/** What is attested is looked into. */
export function attestLeaves(path: string, octets: Uint8Array): readonly Leaf[] {
  return leavesOf(path, { ...fromOctets(TPMS_ATTEST, octets) });
}

function isOctets(value: unknown): boolean {
  return value instanceof Secret || value instanceof Uint8Array;
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Secret) return toHex(value.octets);
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString(16);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(shown).join(':');
}
