import type { Command } from '../../../domain/commands/command.ts';
import { SESSION } from '../../../domain/structures/attributes.ts';
import type { HashAlg } from '../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import type { TpmtSymDef } from '../../../domain/structures/schemes.ts';
import type { Edit } from './fields.ts';

/** How a command is authorized or accompanied: by TPM_RS_PW or a session, with what value. */
export type Authorization = {
  readonly handle: number;
  readonly attributes: number;
  readonly nonceCaller: Uint8Array;
  /** The value of the entity, as its owner knows it. */
  readonly auth: Uint8Array;
};

/** A password as an authorization. */
export function password(auth: Uint8Array): Authorization {
  const nonceCaller = new Uint8Array(0);
  return { handle: TPM_RH.PW, attributes: SESSION.continueSession, nonceCaller, auth };
}

/** What of a session has nothing random in it, and how the value of the entity comes in. */
export type SessionFacts = {
  readonly authHash: HashAlg;
  readonly symmetric: TpmtSymDef;
  readonly value: 'inKey' | 'asPassword' | 'leftOut';
  /** After TPM2_PolicyPassword no response is authenticated, whatever the session is used for. */
  readonly hasMac: boolean;
};

/** What a caller knows of a session that is random. */
export type SessionKeys = { readonly sessionKey: Uint8Array; readonly nonceTPM: Uint8Array };

/** An authorization in its place. */
export type Use = Authorization & {
  /** The handle that it authorizes, if any. */
  readonly entity: number | null;
  /** Null for a password, and for a session that there is not. */
  readonly session: SessionFacts | null;
};

/** A request that is still without nonces, keys and HMACs. */
export type Plan = {
  readonly command: Command;
  readonly handles: readonly number[];
  readonly names: readonly Uint8Array[];
  readonly parameters: Uint8Array;
  readonly uses: readonly Use[];
};

/** The keys of the session at a handle, as one of two sides has them. */
export type KeysOf = (handle: number) => SessionKeys | undefined;

/** A command as it is meant. */
export type Intent = {
  readonly command: Command;
  readonly input: Readonly<Record<string, unknown>>;
  readonly authorizations: readonly Authorization[];
  readonly locality: number;
  /** What is not as it should be in its parameters. */
  readonly edits: readonly Edit[];
  /** The seed of a mutation of the whole request, if there is one. */
  readonly mutation: number | null;
};
