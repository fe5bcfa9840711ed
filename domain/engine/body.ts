import { fromHex, toHex } from '../structures/octets.ts';
import { Secret } from '../structures/secret.ts';

/**
 * A value of the domain as JSON, and the Secrets that were in it, in the order of their appearance.
 *
 * Octets are `x:` and hexadecimal digits, 64-bit numbers `n:` and decimal digits, Secrets `s:` and
 * their size in octets, other texts that begin like one of these `t:` and the text. Maps are
 * `{"m:": [[key, value], ...]}`. What is undefined is left out.
 */
export type Body = { readonly text: string; readonly secrets: readonly Uint8Array[] };

/** The body of a value. */
export function encodeBody(value: unknown): Body {
  const secrets: Uint8Array[] = [];
  const text = JSON.stringify(encode(value, secrets));
  return { text, secrets };
}

function encode(value: unknown, secrets: Uint8Array[]): unknown {
  switch (typeof value) {
    case 'bigint':
      return `n:${value}`;
    case 'string':
      return value.charCodeAt(1) === COLON && /^[xnst]/.test(value) ? `t:${value}` : value;
    case 'object':
      return value === null ? null : encodeObject(value, secrets);
    default:
      return value;
  }
}

function encodeObject(value: object, secrets: Uint8Array[]): unknown {
  if (value instanceof Uint8Array) return `x:${toHex(value)}`;
  if (value instanceof Secret) {
    secrets.push(value.octets);
    return `s:${value.length}`;
  }
  if (Array.isArray(value)) return value.map((element) => encode(element, secrets));
  if (value instanceof Map) {
    const entries = [...value].map(([key, entry]) => [
      encode(key, secrets),
      encode(entry, secrets),
    ]);
    return { 'm:': entries };
  }
  const encoded: Record<string, unknown> = {};
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) encoded[key] = encode(field, secrets);
  }
  return encoded;
}

/**
 * The value of a body. `secrets` are all its Secrets' octets, one after the other; null shows them
 * as Secrets of zeros of the right size. Throws when they do not fit the body.
 */
export function decodeBody(text: string, secrets: Uint8Array | null): unknown {
  const source = new SecretSource(secrets);
  const value = decode(JSON.parse(text), source);
  source.end();
  return value;
}

class SecretSource {
  readonly #octets: Uint8Array | null;
  #at = 0;

  constructor(octets: Uint8Array | null) {
    this.#octets = octets;
  }

  next(size: number): Secret {
    if (this.#octets === null) return new Secret(new Uint8Array(size));
    const end = this.#at + size;
    if (end > this.#octets.length) throw new Error('the secrets of an event are cut short');
    const octets = this.#octets.slice(this.#at, end);
    this.#at = end;
    return new Secret(octets);
  }

  end(): void {
    if (this.#octets !== null && this.#at !== this.#octets.length) {
      throw new Error('an event has more secrets than its body names');
    }
  }
}

function decode(value: unknown, secrets: SecretSource): unknown {
  if (typeof value === 'string') return decodeText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => decode(element, secrets));
  const fields = value as Record<string, unknown>;
  const entries = fields['m:'];
  if (Array.isArray(entries)) return new Map(decode(entries, secrets) as [unknown, unknown][]);
  for (const key in fields) fields[key] = decode(fields[key], secrets);
  return fields;
}

function decodeText(text: string, secrets: SecretSource): unknown {
  if (text.charCodeAt(1) !== COLON) return text;
  switch (text[0]) {
    case 'x':
      return fromHex(text.slice(2));
    case 'n':
      return BigInt(text.slice(2));
    case 's':
      return secrets.next(Number(text.slice(2)));
    case 't':
      return text.slice(2);
    default:
      return text;
  }
}

const COLON = 0x3a;
