import { fromBase64 } from '../crypto/base64.ts';
import { sealingKey } from '../crypto/sealing.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { concat, u16 } from '../structures/octets.ts';
import type { BlobCache } from './blobCache.ts';
import { decodeBody, encodeBody } from './body.ts';
import { seal, unseal, type Head, type Sealer } from './envelope.ts';
import type { KeyRing } from './ports.ts';
import { VOCABULARY } from './vocabulary.ts';

/**
 * The shape of the folded state: a memento of another shape is not used. Raise it with the shape.
 */
const SHAPE = 3;
const text = new TextEncoder();

/** Folded state at a version: it shortens loading and may be deleted at any time. */
export type Memento = { readonly tpm: Tpm; readonly head: Head; readonly key: Uint8Array };

type Stored = {
  readonly shape: number;
  /** What the version that folded it knew. */
  readonly vocabulary: string;
  readonly version: number;
  readonly link: string;
  /** The stream's data key, wrapped as in its first event. */
  readonly key: string;
  readonly sealed: string;
};

function place(incarnation: string, head: Head): string {
  return `memento/${SHAPE}/${VOCABULARY}/${incarnation}/${head.version}/${head.link}`;
}

/** Keeps the state of an incarnation at a head, sealed with the key of its stream. */
export async function keepMemento(
  blobs: BlobCache,
  incarnation: string,
  { tpm, head }: { readonly tpm: Tpm; readonly head: Head },
  sealer: Sealer,
  wrappedKey: string,
): Promise<void> {
  const stored: Stored = {
    shape: SHAPE,
    vocabulary: VOCABULARY,
    version: head.version,
    link: head.link,
    key: wrappedKey,
    sealed: seal(sealer, place(incarnation, head), withSecrets(tpm)),
  };
  await blobs.put(`memento/${incarnation}`, text.encode(JSON.stringify(stored)));
}

/** The body and its Secrets in one: the size of the body in two halves, the body, the Secrets. */
function withSecrets(tpm: Tpm): Uint8Array {
  const body = encodeBody(tpm);
  const octets = text.encode(body.text);
  const size = concat(u16(octets.length >>> 16), u16(octets.length & 0xffff));
  return concat(size, octets, ...body.secrets);
}

/** The newest memento of an incarnation, or null when there is none that can be used. */
export async function recallMemento(
  blobs: BlobCache,
  keyRing: KeyRing,
  incarnation: string,
): Promise<(Memento & { readonly wrappedKey: string }) | null> {
  const octets = await blobs.get(`memento/${incarnation}`);
  if (octets === null) return null;
  try {
    const stored = JSON.parse(new TextDecoder().decode(octets)) as Stored;
    if (stored.shape !== SHAPE || stored.vocabulary !== VOCABULARY) return null;
    const key = await keyRing.unwrap(fromBase64(stored.key), `tpm/${incarnation}`);
    if (key === null) return null;
    const head = { version: stored.version, link: stored.link };
    const plain = unseal(sealingKey(key), place(incarnation, head), stored.sealed);
    if (plain === null) return null;
    return { tpm: openState(plain), head, key, wrappedKey: stored.key };
  } catch {
    return null; // what cannot be read is no memento: the log has it all
  }
}

function openState(plain: Uint8Array): Tpm {
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const size = view.getUint32(0);
  const body = new TextDecoder().decode(plain.subarray(4, 4 + size));
  return decodeBody(body, plain.subarray(4 + size)) as Tpm;
}
