import type { Command } from '../../../domain/commands/command.ts';
import { COMMANDS } from '../../../domain/commands/index.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { SESSION } from '../../../domain/structures/attributes.ts';
import { Reader } from '../../../domain/structures/wire.ts';
import { authKey } from '../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../domain/tpm/objects.ts';
import type { Session } from '../../../domain/tpm/sessions.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import type { History } from './history.ts';
import type { Random } from './random.ts';
import { password, requestOctets, type Authorization } from './request.ts';

const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((row) => [row.name, row]));

/** A response: its code, the handle and the parameters when it is a success. */
export type Response = {
  readonly code: number;
  readonly handle: number;
  readonly values: Readonly<Record<string, unknown>>;
};

/** How a command is sent, where it is not the plain way. */
export type Manner = {
  /** A policy session that authorizes the first handle. */
  readonly policySession?: number;
  readonly locality?: number;
  /** An HMAC session that audits the command. */
  readonly auditSession?: number;
};

/** A command as it was meant and sent, and what came of it. */
export type Sent = {
  readonly command: Command;
  readonly input: Readonly<Record<string, unknown>>;
  readonly authorizations: readonly Authorization[];
  readonly locality: number;
  readonly response: Response;
};

/** What the platform told the TPM in between. */
export type Indicated = { readonly signal: Signal };

/** How often each command succeeded, and how often it was refused. */
export type Counts = Map<string, { succeeded: number; refused: number }>;

/**
 * A guest that knows all values of its TPM, since it looks inside. It mostly authorizes with
 * passwords, sometimes with an HMAC session, with encryption or audit, and now and then wrongly.
 */
export class Guest {
  readonly history: History;
  readonly counts: Counts;
  /** What commands gave out and others take: wrapped halves, contexts, tickets, and the like. */
  readonly memory = new Map<string, unknown[]>();
  /** What was sent and indicated, in its order. */
  readonly sent: (Sent | Indicated)[] = [];
  /** No HMACs, and no time that leaps: all of it can be done to another TPM as well. */
  readonly hasTwin: boolean;

  constructor(history: History, counts: Counts, hasTwin = false) {
    this.history = history;
    this.counts = counts;
    this.hasTwin = hasTwin;
  }

  get tpm(): Tpm {
    return this.history.tpm;
  }

  get random(): Random {
    return this.history.random;
  }

  remember(kind: string, value: unknown): void {
    const values = this.memory.get(kind) ?? [];
    this.memory.set(kind, [...values.slice(-7), value]);
  }

  /** Something that was remembered, or null. */
  recall<T>(kind: string): T | null {
    const values = this.memory.get(kind) ?? [];
    return values.length === 0 ? null : (this.random.pick(values) as T);
  }

  /** The handles of loaded and persistent objects for which `is` holds. */
  objects(is: (object: TpmObject) => boolean = () => true): readonly number[] {
    const { transient, persistent } = this.tpm.objects;
    return [...transient, ...persistent]
      .filter(([, slot]) => slot.kind === 'object' && is(slot))
      .map(([handle]) => handle);
  }

  sessions(kind: Session['kind']): readonly number[] {
    return [...this.tpm.sessions.loaded]
      .filter(([, session]) => session.kind === kind)
      .map(([handle]) => handle);
  }

  /** Sends a command; gives the response. */
  run(name: string, input: Readonly<Record<string, unknown>>, manner: Manner = {}): Response {
    const command = BY_NAME.get(name);
    if (command === undefined) throw new Error(`there is no command ${name}`);
    const authorizations = this.#authorizations(command, input, manner);
    const request = requestOctets(this.tpm, command, input, authorizations);
    const locality = manner.locality ?? (this.random.chance(5) ? this.random.below(5) : 0);
    const octets = this.history.send(request, locality);
    const response = decoded(command, octets);
    const count = this.counts.get(name) ?? { succeeded: 0, refused: 0 };
    if (response.code === 0) count.succeeded += 1;
    else count.refused += 1;
    this.counts.set(name, count);
    this.sent.push({ command, input, authorizations, locality, response });
    return response;
  }

  /** Gives the TPM a signal of the platform. */
  indicate(signal: Signal): void {
    this.history.signal(signal);
    this.sent.push({ signal });
  }

  #authorizations(
    command: Command,
    input: Readonly<Record<string, unknown>>,
    { policySession, auditSession }: Manner,
  ): readonly Authorization[] {
    const used: number[] = [];
    const authorized = command.handles
      .filter(({ auth }) => auth !== undefined)
      .map(({ name }, i) => {
        const entity = input[name] as number;
        const isWrong = this.random.chance(2);
        const auth = isWrong ? this.random.octets(5) : authKey(this.tpm, entity).slice();
        if (i === 0 && policySession !== undefined) return this.#session(policySession, auth);
        const isByHmac = !this.hasTwin && this.random.chance(20);
        const session = isByHmac ? this.#unused('HMAC', used, command, input) : null;
        return session === null ? password(auth) : this.#session(session, auth);
      });
    if (this.hasTwin) return authorized;
    if (auditSession !== undefined) return [...authorized, this.#audit(auditSession)];
    const extra = command.hasNoSessions || !this.random.chance(12) ? null : 'HMAC';
    const session = extra === null ? null : this.#unused(extra, used, command, input);
    if (session === null || authorized.length > 2) return authorized;
    return [...authorized, this.#helper(session, command)];
  }

  /** A loaded session that the command does not use yet. */
  #unused(
    kind: Session['kind'],
    used: number[],
    command: Command,
    input: Readonly<Record<string, unknown>>,
  ): number | null {
    const handles = command.handles.map(({ name }) => input[name]);
    const free = this.sessions(kind).filter((h) => !used.includes(h) && !handles.includes(h));
    if (free.length === 0) return null;
    const session = this.random.pick(free);
    used.push(session);
    return session;
  }

  #session(handle: number, auth: Uint8Array): Authorization {
    const attributes = this.random.chance(90) ? SESSION.continueSession : 0;
    return { handle, attributes, nonceCaller: this.random.octets(16), auth };
  }

  #audit(handle: number): Authorization {
    const attributes = SESSION.continueSession | SESSION.audit;
    return { handle, attributes, nonceCaller: this.random.octets(16), auth: new Uint8Array(0) };
  }

  /** A session that authorizes nothing: it decrypts, encrypts or audits. */
  #helper(handle: number, command: Command): Authorization {
    const canDecrypt = command.parameters[0]?.codec.isSized === true;
    const canEncrypt = command.response[0]?.codec.isSized === true;
    const session = this.tpm.sessions.loaded.get(handle);
    const hasCipher = session?.symmetric.algorithm !== 'NULL';
    let attributes: number = SESSION.continueSession;
    if (canDecrypt && hasCipher && this.random.chance(60)) attributes |= SESSION.decrypt;
    if (canEncrypt && hasCipher && this.random.chance(60)) attributes |= SESSION.encrypt;
    if (attributes === SESSION.continueSession) attributes |= SESSION.audit;
    const nonceCaller = this.random.octets(16);
    return { handle, attributes, nonceCaller, auth: new Uint8Array(0) };
  }
}

/** A response by the table of commands; what is encrypted in it stays as it is. */
export function decoded(command: Command, octets: Uint8Array): Response {
  const reader = new Reader(octets);
  const tag = reader.u16();
  reader.u32();
  const code = reader.u32();
  if (code !== 0) return { code, handle: 0, values: {} };
  const handle = command.responseHandle === null ? 0 : reader.u32();
  if (tag === 0x8002) reader.u32();
  const values: Record<string, unknown> = {};
  try {
    for (const { name, codec } of command.response) values[name] = codec.unmarshal(reader);
  } catch {
    return { code, handle, values: {} };
  }
  return { code, handle, values };
}
