import { masked } from '../hosting/masked.ts';

/** What was asked cannot be done: one sentence for people, exit status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The command line is wrong: one sentence for people, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** One sentence that says what went wrong: no stack, no credentials, no second line. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = operatingSentence(error) ?? message.split('\n')[0] ?? '';
  return masked(sentence === '' ? 'An unknown error.' : sentence);
}

const SENTENCES: Readonly<Record<string, (what: string) => string>> = {
  EACCES: (what) => `${what}: permission denied.`,
  EPERM: (what) => `${what}: permission denied.`,
  EROFS: (what) => `${what}: the file system is read-only.`,
  ENOENT: (what) => `${what}: no such file or folder.`,
  ENOTDIR: (what) => `${what}: a part of the path is not a folder.`,
  EISDIR: (what) => `${what}: this is a folder.`,
  EEXIST: (what) => `${what}: exists already.`,
  ENOSPC: (what) => `${what}: the disk is full.`,
  EADDRINUSE: (what) => `${what} is in use by another program.`,
  EADDRNOTAVAIL: (what) => `${what} is not an address of this machine.`,
};

/** What an error of the operating system says, or null for any other. */
function operatingSentence(error: unknown): string | null {
  const { code, path, address, port, syscall } = error as {
    readonly code?: string;
    readonly path?: string;
    readonly address?: string;
    readonly port?: number;
    readonly syscall?: string;
  };
  const isTcp = address !== undefined && (port ?? -1) >= 0;
  const what = path ?? (isTcp ? `${address}:${port}` : (address ?? syscall));
  return what === undefined ? null : (SENTENCES[code ?? '']?.(what) ?? null);
}
