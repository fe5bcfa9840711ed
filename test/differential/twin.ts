import { Swtpm } from './swtpm.ts';
import { kdfa } from '../../domain/crypto/kdf.ts';
import { digest } from '../../domain/crypto/hash.ts';
import type { Signal } from '../../domain/processor/signals.ts';
import { SESSION, has } from '../../domain/structures/attributes.ts';
import { DIGEST_SIZE, type HashAlg } from '../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { EMPTY, concat, sameOctets, toHex } from '../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { Reader } from '../../domain/structures/wire.ts';
import { authKey } from '../../domain/tpm/entities.ts';
import { encryptSecret } from '../../domain/tpm/secretExchange.ts';
import { fieldOctets } from '../support/generator/fields.ts';
import type { Recipe, Sent } from '../support/generator/guest.ts';
import { mutateFramed } from '../support/generator/mutate.ts';
import { Random } from '../support/generator/random.ts';
import { opened, type Opened } from '../support/generator/reply.ts';
import { replanned } from '../support/generator/replanned.ts';
import { planOctets, type Plan, type SessionKeys } from '../support/generator/request.ts';
import { difference, parting, type Parting } from './comparison.ts';

/** TPM_RC_RETRY: the reference's answer to the first use of dictionary attack protection. */
const RETRY = 0x922;
/** Octets that are shorter could be the same on both sides by chance. */
const TELLING_SIZE = 8;

/** What swtpm made of a command that was sent to us before. */
export type Answered = Opened & {
  /** Where its response differs from ours, if it does and must not. */
  readonly parting: Parting | null;
  /** Nothing that is random went into the command. */
  readonly isSame: boolean;
  /** Both sides were sent the very same octets: no nonce of theirs, no HMAC over one. */
  readonly isRequestSame: boolean;
};

/** A TPM in another process, and what its platform can tell it. */
export interface Target {
  readonly send: (request: Uint8Array) => Promise<Uint8Array>;
  readonly setLocality: (locality: number) => Promise<void>;
  readonly indicate: (signal: Signal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * swtpm, or another TPM, beside us: it gets the same commands as we did, in which what we gave out
 * (Names, wrapped areas, nonces, tickets) is replaced by what it gave out in the same place, with
 * the HMACs and the encryption of its own sessions.
 */
export class Twin {
  readonly #target: Target;
  readonly #octets = new Map<string, Uint8Array>();
  /** All of these in hexadecimal: the keys that we make for tests come more than once. */
  readonly #pairs = new Set<string>();
  readonly #structures = new Map<object, unknown>();
  readonly #sessions = new Map<number, SessionKeys>();
  readonly #salts = new Map<string, Uint8Array>();
  readonly #recipes: ReadonlyMap<string, Recipe>;
  readonly #random = new Random(1);
  /** Policy sessions whose digest has something random in it. */
  readonly #tainted = new Set<number>();

  constructor(target: Target, recipes: ReadonlyMap<string, Recipe> = new Map()) {
    this.#target = target;
    this.#recipes = recipes;
  }

  static async start(recipes: ReadonlyMap<string, Recipe> = new Map()): Promise<Twin> {
    return new Twin(await Swtpm.start(), recipes);
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** Tells what the platform told us. */
  indicate(signal: Signal): Promise<void> {
    return this.#target.indicate(signal);
  }

  /** Sends what was sent to us, with its own values in the place of ours. */
  async answer(sent: Sent): Promise<Answered> {
    const { command, input, locality, edits, mutation, auths } = sent;
    await this.#target.setLocality(locality);
    const own = this.#translated(input) as Readonly<Record<string, unknown>>;
    const sane: Plan = {
      command,
      handles: command.handles.map(({ name }) => own[name] as number),
      names: sent.sane.names.map((name) => this.#translated(name) as Uint8Array),
      parameters: fieldOctets(command, own, edits),
      uses: sent.sane.uses,
    };
    const keysOf = (handle: number): SessionKeys | undefined => this.#sessions.get(handle);
    const octets = planOctets(sane, keysOf);
    const request = mutation === null ? octets : mutateFramed(octets, new Random(mutation));
    const plan = mutation === null ? sane : replanned(sane, request);
    let answer = await this.#target.send(request);
    while (codeOf(answer) === RETRY) answer = await this.#target.send(request);
    const theirs = opened(plan, keysOf, answer, auths);
    if (theirs.code === 0) this.#follow(sent, plan, theirs);
    const areTwins = (one: string, other: string): boolean => this.#pairs.has(`${one} ${other}`);
    const isSame = this.#isSame(sent, own) && !this.#isTainted(plan);
    const isRequestSame = sameOctets(request, sent.request);
    const isRefused = sent.response.code !== 0 || theirs.code !== 0;
    if (isRefused) return { ...theirs, parting: null, isSame, isRequestSame };
    this.#taint(plan, isSame);
    const found = parting({ sent, theirs, areTwins, isSame });
    this.#learn(sent.response.values, theirs.values);
    this.#learn(noncesOf(sent.response), noncesOf(theirs));
    return { ...theirs, parting: found, isSame, isRequestSame };
  }

  /** Nothing that is random goes into the command: what comes out must be the same. */
  #isSame({ sane, input }: Sent, own: Readonly<Record<string, unknown>>): boolean {
    const isName = (name: Uint8Array): boolean =>
      sameOctets(this.#translated(name) as Uint8Array, name);
    return sane.names.every(isName) && difference('', input, own) === null;
  }

  #isTainted({ command, handles }: Plan): boolean {
    return command.name.startsWith('Policy') && handles.some((h) => this.#tainted.has(h));
  }

  /** Once a random Name went into a policy, its digest is random. */
  #taint({ command, handles }: Plan, isSame: boolean): void {
    if (command.name === 'PolicyRestart')
      for (const handle of handles) this.#tainted.delete(handle);
    else if (command.name.startsWith('Policy') && !isSame) {
      for (const handle of handles) this.#tainted.add(handle);
    }
  }

  /** Keeps up with the sessions: new nonces, new sessions, some that are gone. */
  #follow(sent: Sent, plan: Plan, theirs: Opened): void {
    for (const reply of theirs.sessions) {
      const keys = this.#sessions.get(reply.handle);
      if (keys !== undefined)
        this.#sessions.set(reply.handle, { ...keys, nonceTPM: reply.nonceTPM });
    }
    plan.uses.forEach(({ handle, attributes }) => {
      if (!has(attributes, SESSION.continueSession)) this.#sessions.delete(handle);
    });
    if (plan.command.name === 'StartAuthSession') this.#start(sent, plan, theirs);
  }

  #start({ before }: Sent, plan: Plan, { handle, values }: Opened): void {
    this.#tainted.delete(handle);
    const nonceTPM = values['nonceTPM'] as Uint8Array | undefined;
    if (nonceTPM === undefined) return; // a mutation had it encrypted for nobody knows whom
    const [tpmKey = 0, bind = 0] = plan.handles;
    if (tpmKey === TPM_RH.NULL && bind === TPM_RH.NULL) {
      this.#sessions.set(handle, { sessionKey: EMPTY, nonceTPM });
      return;
    }
    const read = startOf(plan);
    if (read === null) return;
    const { nonceCaller, encryptedSalt, authHash } = read;
    const salt = this.#salts.get(toHex(encryptedSalt)) ?? EMPTY;
    const auth = bind === TPM_RH.NULL ? EMPTY : authKey(before, bind);
    const bits = DIGEST_SIZE[authHash] * 8;
    const sessionKey = kdfa(authHash, concat(auth, salt), 'ATH', nonceTPM, nonceCaller, bits);
    this.#sessions.set(handle, { sessionKey, nonceTPM });
  }

  /** Our value with all that we gave out before replaced by theirs. */
  #translated(value: unknown): unknown {
    if (value instanceof Uint8Array) {
      const hex = toHex(value);
      return this.#octets.get(hex) ?? this.#made(hex) ?? value;
    }
    if (value instanceof Secret || typeof value !== 'object' || value === null) return value;
    const twin = this.#structures.get(value);
    if (twin !== undefined) return twin;
    if (Array.isArray(value)) return value.map((element) => this.#translated(element));
    const entries = Object.entries(value).map(([key, field]) => [key, this.#translated(field)]);
    return Object.fromEntries(entries);
  }

  /** What the guest worked out, worked out of their values. */
  #made(hex: string): Uint8Array | undefined {
    const recipe = this.#recipes.get(hex);
    if (recipe === undefined) return undefined;
    if (recipe.kind === 'digest') {
      const parts = recipe.parts.map((part) => this.#translated(part) as Uint8Array);
      return digest(recipe.hashAlg, ...parts);
    }
    const publicArea = this.#translated(recipe.publicArea) as TpmtPublic;
    const entropy = (count: number): Uint8Array => this.#random.octets(count);
    const { data, secret } = encryptSecret(publicArea, 'SECRET', entropy);
    this.#salts.set(toHex(secret), data);
    return secret;
  }

  #learn(ours: unknown, theirs: unknown): void {
    if (ours instanceof Uint8Array && theirs instanceof Uint8Array) {
      if (ours.length < TELLING_SIZE) return;
      this.#octets.set(toHex(ours), theirs);
      this.#pairs.add(`${toHex(ours)} ${toHex(theirs)}`);
      return;
    }
    const isBoth = typeof ours === 'object' && typeof theirs === 'object';
    if (!isBoth || ours === null || theirs === null || ours instanceof Secret) return;
    this.#structures.set(ours, theirs);
    for (const [key, value] of Object.entries(ours)) {
      this.#learn(value, (theirs as Readonly<Record<string, unknown>>)[key]);
    }
  }
}

function noncesOf({ sessions }: Opened): readonly Uint8Array[] {
  return sessions.map(({ nonceTPM }) => nonceTPM);
}

/** What a session's key is made with; null when a mutation hid it. */
function startOf({ command, parameters }: Plan) {
  const reader = new Reader(parameters);
  try {
    const [nonceCaller, encryptedSalt, , , authHash] = command.parameters.map(({ codec }) =>
      codec.unmarshal(reader),
    ) as [Uint8Array, Uint8Array, unknown, unknown, HashAlg];
    return { nonceCaller, encryptedSalt, authHash };
  } catch {
    return null;
  }
}

function codeOf(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(6);
}
