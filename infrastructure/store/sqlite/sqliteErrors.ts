import { StoreError, type StoreErrorKind } from '../../../domain/engine/eventStore.ts';
import { FOREIGN, TOO_NEW } from './wire.ts';

/**
 * What SQLite's primary result codes mean for a store, and the end of the sentence that says so.
 */
const MEANINGS: ReadonlyMap<number, readonly [StoreErrorKind, string]> = new Map([
  [5, ['in-use', 'is in use by another engine']],
  [6, ['in-use', 'is in use by another engine']],
  [8, ['unavailable', 'cannot be written to']],
  [11, ['damaged', 'is damaged']],
  [13, ['full', 'cannot grow: the disk is full']],
  [14, ['unavailable', 'cannot be opened']],
  [26, ['damaged', 'is damaged: it is no database']],
]);

/**
 * The disk did not say whether the log reached it (SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC):
 * after a crash the commit may be found there.
 */
const UNSURE: ReadonlySet<number> = new Set([1034, 1290]);

/** What one of SQLite's extended result codes is to those who use the store. */
export function sqliteError(file: string, code: number, message: string): StoreError {
  if (code === TOO_NEW) return new StoreError('too-new', message);
  if (code === FOREIGN) return new StoreError('damaged', message);
  if (UNSURE.has(code)) {
    return new StoreError('unknown-outcome', `${file} was not surely written (${message}).`);
  }
  const [kind, what] = MEANINGS.get(code & 0xff) ?? [
    'unavailable' as const,
    `cannot be used (${message})`,
  ];
  return new StoreError(kind, `${file} ${what}.`);
}
