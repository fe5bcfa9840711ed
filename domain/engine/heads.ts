import { fromBase64, toBase64 } from '../crypto/base64.ts';
import { ed25519Verify } from '../crypto/ed25519.ts';
import { digest } from '../crypto/hash.ts';
import { concat } from '../structures/octets.ts';
import { metadataOf } from './envelope.ts';
import type { EventStore } from './eventStore.ts';
import type { KeyRing } from './ports.ts';

const ORIGIN = 'stemma/heads/1';
const NAME = 'stemma';
/** The signature type of Ed25519 in a signed note's key id. */
const ED25519_TYPE = 0x01;
const text = new TextEncoder();

/** How far a stream went when its head was signed. */
export type SignedHead = {
  readonly stream: string;
  readonly version: number;
  readonly link: string;
};

/** Heads of streams that were signed together, with the key that signed them. */
export type Heads = { readonly heads: readonly SignedHead[]; readonly publicKey: Uint8Array };

/** Key id of a signed note: the first four octets of SHA-256(name || newline || type || key). */
function keyId(publicKey: Uint8Array): Uint8Array {
  const named = text.encode(`${NAME}\n`);
  return digest('SHA256', named, new Uint8Array([ED25519_TYPE]), publicKey).slice(0, 4);
}

/**
 * The heads of all streams as a signed note: one line a stream, an empty line, the signature. The
 * verifier key stands in the second line, so that a note can be checked against a key known before.
 *
 * Format: signed notes as transparency logs use them (golang.org/x/mod/sumdb/note).
 */
export async function exportHeads(store: EventStore, keyRing: KeyRing): Promise<string> {
  const lines: string[] = [];
  for await (const stream of store.streams()) {
    const last = await store.last(stream);
    if (last !== null) lines.push(`${stream} ${last.version} ${metadataOf(last).link}`);
  }
  const publicKey = await keyRing.publicKey();
  const id = keyId(publicKey);
  const verifier = toBase64(concat(new Uint8Array([ED25519_TYPE]), publicKey));
  const body = [ORIGIN, verifier, ...lines.toSorted(), ''].join('\n');
  const signature = await keyRing.sign(text.encode(body));
  return `${body}\n— ${NAME} ${toBase64(concat(id, signature))}\n`;
}

/**
 * The heads of a signed note. `trusted` is the public key that must have signed it; null takes the
 * one that the note names. Throws with one sentence when the note is not whole or not signed so.
 */
export function openHeads(note: string, trusted: Uint8Array | null): Heads {
  const end = note.lastIndexOf('\n\n');
  const [origin, verifier, ...lines] = note.slice(0, Math.max(end, 0)).split('\n');
  if (end < 0 || origin !== ORIGIN || verifier === undefined) {
    throw new Error('The file holds no signed heads.');
  }
  const publicKey = fromBase64(verifier).slice(1);
  const signed = text.encode(note.slice(0, end + 1));
  const signature = signatureOf(note.slice(end + 2), trusted ?? publicKey);
  if (signature === null || !ed25519Verify(trusted ?? publicKey, signed, signature)) {
    throw new Error('The signature of the heads does not fit them, or another key made it.');
  }
  return { heads: lines.map(parseHead), publicKey };
}

function signatureOf(line: string, publicKey: Uint8Array): Uint8Array | null {
  const match = /^— stemma ([A-Za-z0-9+/=]+)\n?$/.exec(line);
  if (match?.[1] === undefined) return null;
  const octets = fromBase64(match[1]);
  const id = keyId(publicKey);
  const isSameKey = id.every((octet, i) => octet === octets[i]);
  return isSameKey && octets.length === 68 ? octets.slice(4) : null;
}

function parseHead(line: string): SignedHead {
  const [stream, version, link] = line.split(' ');
  if (stream === undefined || version === undefined || link === undefined) {
    throw new Error('The file of heads has a line that is none.');
  }
  return { stream, version: Number(version), link };
}
