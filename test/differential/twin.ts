import { Swtpm } from './swtpm.ts';
import type { Signal } from '../../domain/processor/signals.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { decoded, type Sent } from '../support/generator/guest.ts';
import { plainRequest } from '../support/generator/request.ts';
import { parting, type Parting } from './comparison.ts';

/** TPM_RC_RETRY: the reference's answer to the first use of dictionary attack protection. */
const RETRY = 0x922;
/** Octets that are shorter could be the same on both sides by chance. */
const TELLING_SIZE = 8;

/** What swtpm made of a command that was sent to us before. */
export type Answered = {
  readonly code: number;
  readonly values: Readonly<Record<string, unknown>>;
  /** Where its response parameters differ from ours, if they do and must not. */
  readonly parting: Parting | null;
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
 * (Names, wrapped areas, nonces, tickets) is replaced by what it gave out in the same place.
 */
export class Twin {
  readonly #target: Target;
  readonly #octets = new Map<string, Uint8Array>();
  /** All of these in hexadecimal: the keys that we make for tests come more than once. */
  readonly #pairs = new Set<string>();
  readonly #structures = new Map<object, unknown>();

  constructor(target: Target) {
    this.#target = target;
  }

  static async start(): Promise<Twin> {
    return new Twin(await Swtpm.start());
  }

  close(): Promise<void> {
    return this.#target.close();
  }

  /** Tells what the platform told us. */
  indicate(signal: Signal): Promise<void> {
    return this.#target.indicate(signal);
  }

  /** Sends what was sent to us, with its own values in the place of ours. */
  async answer({ command, input, authorizations, locality, response }: Sent): Promise<Answered> {
    await this.#target.setLocality(locality);
    const own = this.#translated(input) as Readonly<Record<string, unknown>>;
    const request = plainRequest(command, own, authorizations);
    let theirs = decoded(command, await this.#target.send(request));
    while (theirs.code === RETRY) theirs = decoded(command, await this.#target.send(request));
    if (response.code !== 0 || theirs.code !== 0) return { ...theirs, parting: null };
    const areTwins = (own: string, other: string): boolean => this.#pairs.has(`${own} ${other}`);
    const found = parting(command.name, response.values, theirs.values, areTwins);
    this.#learn(response.values, theirs.values);
    return { ...theirs, parting: found };
  }

  /** Our value with all that we gave out before replaced by theirs. */
  #translated(value: unknown): unknown {
    if (value instanceof Uint8Array) return this.#octets.get(toHex(value)) ?? value;
    if (value instanceof Secret || typeof value !== 'object' || value === null) return value;
    const twin = this.#structures.get(value);
    if (twin !== undefined) return twin;
    if (Array.isArray(value)) return value.map((element) => this.#translated(element));
    const entries = Object.entries(value).map(([key, field]) => [key, this.#translated(field)]);
    return Object.fromEntries(entries);
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
