import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519PublicKey, ed25519Sign } from '../../domain/crypto/ed25519.ts';
import { openGcm, sealGcm, sealingKey } from '../../domain/crypto/sealing.ts';
import type { KeyRing } from '../../domain/engine/ports.ts';
import { concat } from '../../domain/structures/octets.ts';

const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const FILE = 'keys.json';

type Keys = { readonly root: Uint8Array; readonly log: Uint8Array };

/**
 * A key ring in one file of the data folder, readable by its owner only: the root key, under which
 * data keys are sealed, and the key that signs heads. It is made at the first start.
 */
export async function openFileKeyRing(folder: string): Promise<KeyRing> {
  return keyRingOf((await readKeys(folder)) ?? (await makeKeys(folder)));
}

/** The key ring of a folder, or null where there is none: for looking at a store from outside. */
export async function findFileKeyRing(folder: string): Promise<KeyRing | null> {
  const keys = await readKeys(folder);
  return keys === null ? null : keyRingOf(keys);
}

/** A key ring that is forgotten with the process. */
export function memoryKeyRing(): KeyRing {
  return keyRingOf({ root: randomBytes(KEY_SIZE), log: randomBytes(KEY_SIZE) });
}

function keyRingOf({ root, log }: Keys): KeyRing {
  const purposeOf = (purpose: string): Uint8Array => new TextEncoder().encode(purpose);
  const sealing = sealingKey(root);
  // The first one of a process takes tens of milliseconds: they are not to be spent later.
  const publicKey = ed25519PublicKey(log);
  return {
    wrap: (dataKey, purpose) => {
      const nonce = new Uint8Array(randomBytes(NONCE_SIZE));
      return Promise.resolve(concat(nonce, sealGcm(sealing, nonce, purposeOf(purpose), dataKey)));
    },
    unwrap: (wrapped, purpose) => {
      const nonce = wrapped.subarray(0, NONCE_SIZE);
      const sealed = wrapped.subarray(NONCE_SIZE);
      return Promise.resolve(openGcm(sealing, nonce, purposeOf(purpose), sealed));
    },
    sign: (message) => Promise.resolve(ed25519Sign(log, message)),
    publicKey: () => Promise.resolve(publicKey),
  };
}

async function readKeys(folder: string): Promise<Keys | null> {
  let text: string;
  try {
    text = await readFile(join(folder, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const { root, log } = JSON.parse(text) as { readonly root: string; readonly log: string };
  const keys = { root: Buffer.from(root, 'base64'), log: Buffer.from(log, 'base64') };
  if (keys.root.length !== KEY_SIZE || keys.log.length !== KEY_SIZE) {
    throw new Error(`${join(folder, FILE)} does not hold the keys of a key ring.`);
  }
  return keys;
}

/** Written whole, synced and only then given its name: a crash leaves no half key. */
async function makeKeys(folder: string): Promise<Keys> {
  const keys = { root: randomBytes(KEY_SIZE), log: randomBytes(KEY_SIZE) };
  const temporary = join(folder, `${FILE}.new`);
  const file = await open(temporary, 'w', 0o600);
  try {
    const encoded = { root: keys.root.toString('base64'), log: keys.log.toString('base64') };
    await file.writeFile(JSON.stringify(encoded));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, FILE));
  const directory = await open(folder, 'r');
  await directory.sync();
  await directory.close();
  return keys;
}
