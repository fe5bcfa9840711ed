import { ascii, concat } from '../../../domain/structures/octets.ts';

/** Parts of the information, by their bit in the flags of GET_INFO. */
const PARTS = [
  [1n, { TPMSpecification: { family: '2.0', level: 0, revision: 159 } }],
  [2n, { TPMAttributes: { manufacturer: 'id:53544D41', version: 'id:00010000', model: 'Stemma' } }],
] as const;

/** What GET_INFO tells for these flags, as JSON with a terminating zero. */
export function information(flags: bigint): Uint8Array {
  const chosen = PARTS.filter(([bit]) => (flags & bit) !== 0n).map(([, part]) => part);
  return concat(ascii(JSON.stringify(Object.assign({}, ...chosen))), new Uint8Array(1));
}
