import { join } from 'node:path';

/** Where the admin socket of a data folder is. */
export function adminSocket(folder: string): string {
  return join(folder, 'stemma.sock');
}
