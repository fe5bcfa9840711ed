import { nodeToBase64 } from './node.ts';

/** Base64 of octets. RFC 4648, 4 Base 64 Encoding */
export function toBase64(octets: Uint8Array): string {
  return nodeToBase64(octets);
}

/** The octets of a base64 text; throws when it is none. RFC 4648, 4 Base 64 Encoding */
export function fromBase64(base64: string): Uint8Array {
  const characters = atob(base64);
  const octets = new Uint8Array(characters.length);
  for (let i = 0; i < octets.length; i += 1) octets[i] = characters.charCodeAt(i);
  return octets;
}
