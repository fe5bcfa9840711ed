import { join } from 'node:path';

/** Octets of a UNIX socket's path at most: sun_path without its terminating zero. */
const PATH_SIZE_MAX = 107;

/** Where the admin socket of a data folder is. Throws with a sentence when that cannot be one. */
export function adminSocket(folder: string): string {
  const path = join(folder, 'stemma.sock');
  if (Buffer.byteLength(path) <= PATH_SIZE_MAX) return path;
  throw new Error(
    `The path ${path} is too long for a socket: it may have ${PATH_SIZE_MAX} octets.`,
  );
}
