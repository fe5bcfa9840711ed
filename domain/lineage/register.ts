import { digest } from '../crypto/hash.ts';

const text = new TextEncoder();

/** What one copy adds to a lineage: everything that identifies the copy. */
export type LineageStatement = {
  readonly lineage: string;
  readonly parent: string | null;
  readonly parentVersion: number;
  /** The link of the parent's log at the fork: it pins the whole history before. */
  readonly parentLink: string;
  readonly incarnation: string;
  readonly reason: 'manufacture' | 'clone' | 'rollback';
  readonly counter: bigint;
};

/** The digest of a statement: SHA-256 of its fields, one a line, behind a title. */
export function statementDigest(statement: LineageStatement): Uint8Array {
  const lines = [
    'stemma lineage statement 1',
    statement.lineage,
    statement.parent ?? '-',
    String(statement.parentVersion),
    statement.parentLink,
    statement.incarnation,
    statement.reason,
    String(statement.counter),
  ];
  return digest('SHA256', text.encode(`${lines.join('\n')}\n`));
}

/**
 * The lineage register after a copy, as TPM2_NV_Extend would do it: SHA-256(register || digest).
 * From the register and the statements anyone can check the whole history of copies.
 */
export function extendRegister(register: Uint8Array, statement: LineageStatement): Uint8Array {
  return digest('SHA256', register, statementDigest(statement));
}

/** The lineage register before the first statement. */
export const EMPTY_REGISTER: Uint8Array = new Uint8Array(32);
