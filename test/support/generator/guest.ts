import type { Command } from '../../../domain/commands/command.ts';
import { COMMANDS } from '../../../domain/commands/index.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { SESSION } from '../../../domain/structures/attributes.ts';
import { TPM_HT } from '../../../domain/structures/handles.ts';
import type { HashAlg } from '../../../domain/structures/hashAlg.ts';
import { toHex } from '../../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../../domain/structures/public.ts';
import { authKey } from '../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../domain/tpm/objects.ts';
import { encryptSecret } from '../../../domain/tpm/secretExchange.ts';
import { PROFILES } from '../../../domain/tpm/profile.ts';
import type { Session } from '../../../domain/tpm/sessions.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import type { History } from './history.ts';
import { mutateFramed } from './mutate.ts';
import { Random } from './random.ts';
import { opened, type Opened, type Response } from './reply.ts';
import { keysIn, password, planOctets, planned, type Authorization, type Plan } from './request.ts';
import { replanned } from './replanned.ts';
import type { Intent } from './plan.ts';
import { spoiled } from './spoil.ts';

export { decoded, type Response } from './reply.ts';

const BY_NAME: ReadonlyMap<string, Command> = new Map(COMMANDS.map((row) => [row.name, row]));

/** The command of a name. */
export function commandNamed(name: string): Command {
  const command = BY_NAME.get(name);
  if (command === undefined) throw new Error(`there is no command ${name}`);
  return command;
}

/** How a command is sent, where it is not the plain way. */
export type Manner = {
  /** A policy session that authorizes the first handle. */
  readonly policySession?: number;
  readonly locality?: number;
  /** An HMAC session that audits the command. */
  readonly auditSession?: number;
};

/** A command as it was meant and sent, and what came of it. */
export type Sent = Intent & {
  readonly before: Tpm;
  /** The request without its mutation, and with it. */
  readonly sane: Plan;
  readonly plan: Plan;
  readonly request: Uint8Array;
  /** The values of the entities after the command, without trailing zeros. */
  readonly auths: readonly Uint8Array[];
  readonly response: Opened;
};

/** What the platform told the TPM in between. */
export type Indicated = { readonly signal: Signal };

/** How octets came about that the guest worked out of what a TPM gave. */
export type Recipe =
  | { readonly kind: 'digest'; readonly hashAlg: HashAlg; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'salt'; readonly publicArea: TpmtPublic };

/** How often each command succeeded, and how often it was refused. */
export type Counts = Map<string, { succeeded: number; refused: number }>;

/** The value of an entity after a command; that of what the command used up, as it was. */
function authAfter(before: Tpm, after: Tpm, entity: number): Uint8Array {
  const isSpent = before.objects.transient.has(entity) && !after.objects.transient.has(entity);
  return authKey(isSpent ? before : after, entity).slice();
}

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
  /** By the hexadecimal digits of the octets. */
  readonly recipes = new Map<string, Recipe>();
  /** No time that leaps, and much that is wrong: all of it is done to another TPM as well. */
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

  /** A digest over what may be random: who follows works it out anew. */
  digest(hashAlg: HashAlg, ...parts: readonly Uint8Array[]): Uint8Array {
    const octets = digest(hashAlg, ...parts);
    const copies = parts.map((part) => part.slice());
    this.recipes.set(toHex(octets), { kind: 'digest', hashAlg, parts: copies });
    return octets;
  }

  /** A salt encrypted to a key. */
  encryptedSalt(publicArea: TpmtPublic): Uint8Array {
    const entropy = (count: number): Uint8Array => this.random.octets(count);
    const { secret } = encryptSecret(publicArea, 'SECRET', entropy);
    this.recipes.set(toHex(secret), { kind: 'salt', publicArea });
    return secret;
  }

  /** Sends a command; gives the response. With a twin, sometimes wrongly before. */
  run(name: string, input: Readonly<Record<string, unknown>>, manner: Manner = {}): Response {
    const command = commandNamed(name);
    if (this.hasTwin) this.#makeRoomFor(input);
    const authorizations = this.#authorizations(command, input, manner);
    const locality = manner.locality ?? (this.random.chance(5) ? this.random.below(5) : 0);
    const intent = { command, input, authorizations, locality, edits: [], mutation: null };
    if (this.hasTwin && manner.locality === undefined && this.random.chance(25)) {
      const wrong = spoiled(this, intent);
      const { code } = this.perform(wrong).response;
      if (code === 0) return this.run(name, input, { ...manner, locality });
    }
    return this.perform(intent).response;
  }

  /** The reference wants a free slot for each persistent object that a command uses. */
  #makeRoomFor(input: Readonly<Record<string, unknown>>): void {
    const used = Object.values(input);
    const isPersistent = used.some((value) => Number(value) >>> 24 === TPM_HT.PERSISTENT);
    const { transient } = this.tpm.objects;
    const free = PROFILES[this.tpm.profile].transientSlots - transient.size;
    if (!isPersistent || free > 0 || this.random.chance(1)) return;
    const spare = [...transient.keys()].filter((handle) => !used.includes(handle));
    if (spare.length > 0) this.run('FlushContext', { flushHandle: this.random.pick(spare) });
  }

  /** Sends a command exactly so. */
  perform(intent: Intent): Sent {
    const { command, input, authorizations, edits, mutation } = intent;
    const before = this.tpm;
    const keys = keysIn(before);
    const sane = planned(before, command, input, authorizations, edits);
    const octets = planOctets(sane, keys);
    const request = mutation === null ? octets : mutateFramed(octets, new Random(mutation));
    const plan = mutation === null ? sane : replanned(sane, request);
    const answer = this.history.send(request, intent.locality);
    const auths = plan.uses.map(({ entity }) =>
      entity === null ? new Uint8Array(0) : authAfter(before, this.tpm, entity),
    );
    const response = opened(plan, keys, answer, auths);
    const count = this.counts.get(plan.command.name) ?? { succeeded: 0, refused: 0 };
    if (response.code === 0) count.succeeded += 1;
    else count.refused += 1;
    this.counts.set(plan.command.name, count);
    const sent = { ...intent, before, sane, plan, request, auths, response };
    this.sent.push(sent);
    return sent;
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
        const isByHmac = this.random.chance(20);
        const session = isByHmac ? this.#unused('HMAC', used, command, input) : null;
        return session === null ? password(auth) : this.#session(session, auth);
      });
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
