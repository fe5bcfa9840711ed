import type { AuthRole, Command } from '../commands/command.ts';
import { digest } from '../crypto/hash.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { u32 } from '../structures/octets.ts';
import { entityName } from '../tpm/entities.ts';
import type { TpmEvent } from '../tpm/evolve.ts';
import { evolve } from '../tpm/evolve.ts';
import type { Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';

/**
 * One session of a command's authorization area. `session` is its state before the command, null
 * for a password. `entity` is the handle that it authorizes and `role` what for, null for a session
 * that only encrypts or audits. `auth` is the HMAC or the password as it came. Part 1, 18.7 Session
 * Area
 */
export type UsedSession = {
  /** From 1, as response codes count. */
  readonly number: number;
  readonly handle: number;
  readonly session: Session | null;
  readonly nonceCaller: Uint8Array;
  readonly attributes: number;
  readonly auth: Uint8Array;
  readonly entity: number | null;
  readonly role: AuthRole | null;
};

/** A command on its way: what of it is known once its handles and sessions have been read. */
export type Call = {
  readonly command: Command;
  readonly handles: readonly number[];
  /** The Names of the handles, as they were before the command; none where nobody asks. */
  readonly names: readonly Uint8Array[];
  readonly sessions: readonly UsedSession[];
  /** The parameter area as it came: its first parameter may be encrypted. */
  readonly parameters: Uint8Array;
};

/** The Names of a command's handles. */
export function namesOf(tpm: Tpm, handles: readonly number[]): readonly Uint8Array[] {
  return handles.map((handle) => entityName(tpm, handle));
}

/** cpHash: what the caller authorizes. Part 1, 18.9 Command Parameter Hash (cpHash) */
export function cpHash(call: Call, hashAlg: HashAlg): Uint8Array {
  return digest(hashAlg, u32(call.command.code), ...call.names, call.parameters);
}

/** rpHash of a success: what the TPM answers. Part 1, 18.10 Response Parameter Hash (rpHash) */
export function rpHash(call: Call, hashAlg: HashAlg, parameters: Uint8Array): Uint8Array {
  return digest(hashAlg, u32(0), u32(call.command.code), parameters);
}

/** The facts of a command so far, and the TPM as it is after them. */
export class Ledger {
  tpm: Tpm;
  readonly events: TpmEvent[] = [];

  constructor(tpm: Tpm) {
    this.tpm = tpm;
  }

  record(event: TpmEvent): void {
    this.events.push(event);
    this.tpm = evolve(this.tpm, event);
  }
}
