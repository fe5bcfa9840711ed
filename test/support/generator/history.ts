import type { KeyRequest, RsaPrimes } from '../../../domain/commands/circumstances.ts';
import { digest } from '../../../domain/crypto/hash.ts';
import { kdfSource } from '../../../domain/crypto/drbg.ts';
import { rsaPrimesFrom } from '../../../domain/crypto/primes.ts';
import { sealingKey, type SealingKey } from '../../../domain/crypto/sealing.ts';
import { enclose, type Head, NO_EVENTS } from '../../../domain/engine/envelope.ts';
import type { RecordedEvent } from '../../../domain/engine/eventStore.ts';
import {
  NotedCircumstances,
  type RecordedDecision,
} from '../../../domain/engine/recordedDecision.ts';
import { forkTpm, manufactureTpm, reendorseTpm } from '../../../domain/lineage/lineage.ts';
import { execute } from '../../../domain/processor/execute.ts';
import { indicate } from '../../../domain/processor/indicate.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { ascii, toHex } from '../../../domain/structures/octets.ts';
import { Secret } from '../../../domain/structures/secret.ts';
import { evolve, fold, type TpmEvent } from '../../../domain/tpm/evolve.ts';
import type { ProfileName } from '../../../domain/tpm/profile.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import { NOW_MS } from '../tpms.ts';
import type { Random } from './random.ts';

const PRIME_KINDS = 3;

/** One request with all that surrounded it, and what came of it. */
export type Step = {
  readonly before: Tpm;
  readonly request: Uint8Array;
  readonly nowMs: number;
  readonly locality: number;
  readonly decision: RecordedDecision;
  /** The first event of what came of it as the log has it, with the key of its stream. */
  readonly recorded: { readonly event: RecordedEvent; readonly key: SealingKey } | null;
  readonly response: Uint8Array;
  readonly events: readonly TpmEvent[];
  readonly after: Tpm;
};

const PRIMES = new Map<string, RsaPrimes>();

/** RSA primes that follow from a text; made once in a process, since they take their time. */
export function primesOf(text: string, bits: number, exponent: number): RsaPrimes {
  const id = `${text}/${bits}/${exponent}`;
  const known = PRIMES.get(id);
  if (known !== undefined) return known;
  const source = kdfSource(digest('SHA256', ascii(text)), 'GENERATED', new Uint8Array(0));
  const { p, q } = rsaPrimesFrom(source, bits as 2048, exponent);
  const primes = { p: new Secret(p), q: new Secret(q) };
  PRIMES.set(id, primes);
  return primes;
}

/** The log of one incarnation: it goes on from the link of its parent's, under a key of its own. */
export type Stream = {
  readonly name: string;
  readonly key: SealingKey;
  readonly start: Head;
  readonly recorded: RecordedEvent[];
};

/** A TPM in memory with its whole log: every step is recorded as an engine records it. */
export class History {
  tpm: Tpm;
  nowMs = NOW_MS;
  /** What a decision throws is never the guest's fault. */
  isDeciding = false;
  readonly random: Random;
  readonly events: TpmEvent[] = [];
  readonly streams: Stream[] = [];
  readonly steps: Step[] = [];
  #head: Head = NO_EVENTS;

  /** Without a record there are the facts alone, in less time. */
  readonly #hasRecord: boolean;
  readonly #primaries = new Map<string, number>();

  constructor(random: Random, profile: ProfileName = 'default', hasRecord = true) {
    this.random = random;
    this.#hasRecord = hasRecord;
    this.#begin('tpm-generated', NO_EVENTS);
    const made = manufactureTpm('generated', profile, this.#circumstances(0));
    this.tpm = fold(made);
    this.#record(made);
  }

  /** Sends a request; gives the response. */
  send(request: Uint8Array, locality = 0): Uint8Array {
    const before = this.tpm;
    const circumstances = this.#circumstances(locality);
    this.isDeciding = true;
    const { events, response, tpm } = execute(before, request.slice(), circumstances);
    this.isDeciding = false;
    const decision = circumstances.note(request);
    const recorded = this.#record(events, decision);
    const around = { nowMs: this.nowMs, locality, decision, recorded };
    this.tpm = tpm;
    this.steps.push({ before, request, ...around, response, events, after: tpm });
    return response;
  }

  /** Gives the TPM a signal of the platform. */
  signal(signal: Signal): void {
    const { events } = indicate(this.tpm, signal, this.#circumstances(0));
    this.tpm = events.reduce(evolve, this.tpm);
    this.#record(events);
  }

  /** Goes on as a copy of itself, which is re-endorsed at once or stays held. */
  fork(isReendorsed: boolean): void {
    const { incarnation } = this.tpm.identity;
    const { version, link } = this.#head;
    const name = `fork-${this.events.length}`;
    const circumstances = this.#circumstances(0);
    const point = { incarnation, version, link };
    const forked = forkTpm(this.tpm, point, name, 'clone', circumstances);
    this.#begin(`tpm-${name}`, { version: 0, link });
    const copy = forked.reduce<Tpm>(evolve, this.tpm);
    const made = isReendorsed ? [...forked, ...reendorseTpm(copy, circumstances)] : forked;
    this.tpm = made.reduce<Tpm>(evolve, this.tpm);
    this.#record(made);
  }

  #begin(name: string, start: Head): void {
    this.streams.push({ name, key: sealingKey(this.random.octets(32)), start, recorded: [] });
    this.#head = start;
  }

  #circumstances(locality: number): NotedCircumstances {
    return new NotedCircumstances({
      nowMs: this.nowMs,
      locality,
      entropy: (count) => this.random.octets(count),
      rsaPrimes: (wanted) => primesOf(this.#kindOf(wanted), wanted.bits, wanted.exponent),
    });
  }

  /** A few kinds of keys, or where there is a twin, whose keys all differ, one after the other. */
  #kindOf(wanted: KeyRequest): string {
    const isDerived = wanted.kind === 'derived';
    if (this.#hasRecord) {
      const kind = isDerived ? (wanted.context[5] ?? 0) : this.random.below(PRIME_KINDS);
      return `${wanted.kind} ${kind % PRIME_KINDS}`;
    }
    const { size } = this.#primaries;
    const id = isDerived ? toHex(digest('SHA256', wanted.seed.octets, wanted.context)) : `${size}`;
    const order = this.#primaries.get(id) ?? size;
    this.#primaries.set(id, order);
    return `twin ${order}`;
  }

  #record(facts: readonly TpmEvent[], decision?: RecordedDecision): Step['recorded'] {
    if (facts.length === 0) return null;
    this.events.push(...facts);
    if (!this.#hasRecord) return null;
    const { name: stream, key, recorded } = this.streams.at(-1)!;
    const sealer = { key, draw: (count: number) => this.random.octets(count) };
    const batch = { facts, atMs: this.nowMs, decision: decision ?? null };
    const { events, head } = enclose(stream, this.#head, batch, sealer, () => 'id');
    const first = recorded.length;
    events.forEach((event, i) => {
      const version = this.#head.version + i + 1;
      recorded.push({ ...event, stream, version } as RecordedEvent);
    });
    this.#head = head;
    return { event: recorded[first]!, key };
  }
}
