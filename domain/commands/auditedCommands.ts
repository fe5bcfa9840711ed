import type { Audit } from '../tpm/audit.ts';
import type { Command } from './command.ts';

/** True when the TPM keeps an audit of a command. Part 1, 34.2 Command Audit */
export function isAudited({ commands }: Audit, { code, isAlwaysAudited }: Command): boolean {
  return isAlwaysAudited || commands.includes(code);
}

/** The codes of the commands that are audited, in their order. Part 1, 34.2 Command Audit */
export function auditedCommands(audit: Audit, table: readonly Command[]): readonly number[] {
  return table.filter((command) => isAudited(audit, command)).map(({ code }) => code);
}
