import type { Signal } from '../../domain/processor/signals.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import { Secret } from '../../domain/structures/secret.ts';
import type { Deeds } from '../support/generator/generate.ts';
import { Guest, commandNamed, type Sent } from '../support/generator/guest.ts';
import { History } from '../support/generator/history.ts';
import { Random } from '../support/generator/random.ts';
import type { Edit } from '../support/generator/fields.ts';
import type { Authorization } from '../support/generator/plan.ts';

/** JSON, of which objects with one of the keys below stand for something else. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A step of a script. In the values, `{$x}` are octets, `{$s}` a Secret, `{$n}` a 64-bit number;
 * `{$from: [id, path]}` is what the step with this id gave out, `{$handle: [id, number]}` the
 * handle that it gave out (or the number, when it is not there); `{$digest, of}` and `{$salt}` are
 * worked out.
 */
export type Step =
  | { readonly id: number; readonly signal: Json }
  | {
      readonly id: number;
      readonly command: string;
      readonly input: Json;
      readonly authorizations: Json;
      readonly locality: number;
      readonly edits: Json;
      readonly mutation: number | null;
    };

const TELLING_SIZE = 8;
const SESSION_OR_OBJECT: ReadonlySet<number> = new Set([0x02, 0x03, 0x80]);

/** What was done, as a script that means the same in another run. */
export function scriptOf({ guest }: Pick<Deeds, 'guest'>): readonly Step[] {
  const writer = new Writer(guest);
  return guest.sent.map((one, id): Step => {
    if ('signal' in one) return { id, signal: writer.json(one.signal) };
    const { command, input, authorizations, locality, edits, mutation } = one;
    const step = {
      id,
      command: command.name,
      input: writer.json(input),
      authorizations: writer.json(authorizations),
      locality,
      edits: writer.json(edits),
      mutation,
    };
    writer.learn(id, one);
    return step;
  });
}

/** Remembers which octets and handles came from which step. */
class Writer {
  readonly #guest: Guest;
  readonly #octets = new Map<string, Json>();
  readonly #handles = new Map<number, number>();

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  learn(id: number, { response, plan }: Sent): void {
    if (plan.command.responseHandle !== null && response.code === 0) {
      this.#handles.set(response.handle, id);
    }
    this.#remember(id, 'values', response.values);
    this.#remember(id, 'sessions', response.sessions);
  }

  #remember(id: number, path: string, value: unknown): void {
    if (value instanceof Uint8Array) {
      if (value.length >= TELLING_SIZE) this.#octets.set(toHex(value), { $from: [id, path] });
      return;
    }
    if (typeof value !== 'object' || value === null || value instanceof Secret) return;
    for (const [key, field] of Object.entries(value)) this.#remember(id, `${path}.${key}`, field);
  }

  json(value: unknown): Json {
    if (value instanceof Uint8Array) return this.#octetsOf(value);
    if (value instanceof Secret) return { $s: toHex(value.octets) };
    if (typeof value === 'bigint') return { $n: String(value) };
    if (typeof value === 'number') return this.#number(value);
    if (Array.isArray(value)) return value.map((element) => this.json(element));
    if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
    const entries = Object.entries(value).map(([key, field]) => [key, this.json(field)]);
    return Object.fromEntries(entries) as Json;
  }

  #number(value: number): Json {
    const step = SESSION_OR_OBJECT.has(value >>> 24) ? this.#handles.get(value) : undefined;
    return step === undefined ? value : { $handle: [step, value] };
  }

  #octetsOf(octets: Uint8Array): Json {
    const hex = toHex(octets);
    const known = this.#octets.get(hex);
    if (known !== undefined) return known;
    const recipe = this.#guest.recipes.get(hex);
    if (recipe === undefined) return { $x: hex };
    if (recipe.kind === 'salt') return { $salt: this.json(recipe.publicArea) };
    return { $digest: recipe.hashAlg, of: recipe.parts.map((part) => this.json(part)) };
  }
}

/** Does what a script says to a TPM of ours. */
export function performed(steps: readonly Step[]): Deeds {
  const guest = new Guest(new History(new Random(1), 'swtpm', false), new Map(), true);
  guest.history.signal({ type: 'Init' });
  const given = new Map<number, Sent>();
  const read = (json: Json): unknown => meaning(json, guest, given);
  for (const step of steps) {
    if ('signal' in step) {
      guest.indicate(read(step.signal) as Signal);
      continue;
    }
    const sent = guest.perform({
      command: commandNamed(step.command),
      input: read(step.input) as Readonly<Record<string, unknown>>,
      authorizations: read(step.authorizations) as readonly Authorization[],
      locality: step.locality,
      edits: read(step.edits) as readonly Edit[],
      mutation: step.mutation,
    });
    given.set(step.id, sent);
  }
  return { guest, looks: [] };
}

function meaning(json: Json, guest: Guest, given: ReadonlyMap<number, Sent>): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const read = (value: Json): unknown => meaning(value, guest, given);
  if (Array.isArray(json)) return (json as readonly Json[]).map(read);
  const fields = json as Readonly<Record<string, Json>>;
  const [first = ''] = Object.keys(fields);
  const content = fields[first] as never;
  switch (first) {
    case '$x':
      return fromHex(content);
    case '$s':
      return new Secret(fromHex(content));
    case '$n':
      return BigInt(content);
    case '$from':
      return found(given, content);
    case '$handle': {
      if (!Array.isArray(content)) break;
      const [id, number] = content as [number, number];
      return given.get(id)?.response.handle ?? number;
    }
    case '$salt':
      return guest.encryptedSalt(read(content) as TpmtPublic);
    case '$digest': {
      if (fields['of'] === undefined) break;
      return guest.digest(content, ...(read(fields['of']) as Uint8Array[]));
    }
  }
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, read(field)]));
}

/** What a step gave out; no octets when the step is not there any more. */
function found(given: ReadonlyMap<number, Sent>, [id, path]: readonly [number, string]): unknown {
  const response: unknown = given.get(id)?.response;
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], response);
  return value ?? new Uint8Array(0);
}
