import {
  KeyWanted,
  type Circumstances,
  type KeyRequest,
  type RsaPrimes,
} from '../commands/circumstances.ts';
import { digest } from '../crypto/hash.ts';
import { sealingKey } from '../crypto/sealing.ts';
import { execute } from '../processor/execute.ts';
import { indicate } from '../processor/indicate.ts';
import { refusal } from '../processor/response.ts';
import type { Signal, SignalOutcome } from '../processor/signals.ts';
import { toHex, u32 } from '../structures/octets.ts';
import { TpmError } from '../structures/tpmError.ts';
import { evolve, type TpmEvent } from '../tpm/evolve.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { enclose, type Head, type Sealer } from './envelope.ts';
import { StoreError } from './eventStore.ts';
import { replay, tpmStream, type LoadPorts, type Loaded } from './incarnation.ts';
import { keepMemento } from './memento.ts';
import type { Entropy, KeyFactory, PlatformClock } from './ports.ts';
import { NotedCircumstances, type RecordedDecision } from './recordedDecision.ts';
import type { TpmPort, TpmStatus } from './tpmPort.ts';
import { Turns } from './turns.ts';

/** What a seat needs of the outside world. */
export type SeatPorts = LoadPorts & {
  readonly clock: PlatformClock;
  readonly entropy: Entropy;
  readonly keyFactory: KeyFactory;
  readonly newId: () => string;
  /** Tells people of an error that a guest only sees as a response code. */
  readonly report: (error: unknown) => void;
};

/** A decision that was taken but is not durable yet. */
type Decided<A> = {
  readonly events: readonly TpmEvent[];
  readonly answer: A;
  readonly tpm: Tpm;
  /** Null when there is no event that keeps it. */
  readonly recorded: RecordedDecision | null;
  readonly nowMs: number;
};

type Decide<A> = (
  tpm: Tpm,
  circumstances: Circumstances,
) => { readonly events: readonly TpmEvent[]; readonly answer: A; readonly tpm: Tpm };

/** How often a conflict or an unknown outcome is met with another try. */
const TRIES_MAX = 5;
/** A memento is kept every so many events. */
const MEMENTO_EVERY = 1024;
/** How many derived keys a seat remembers. */
const REMEMBERED_KEYS_MAX = 16;

const UNAVAILABLE = refusal(new TpmError('NV_UNAVAILABLE'));
const FAILURE = refusal(new TpmError('FAILURE'));

/**
 * A TPM in memory: its state and the turn in which requests are decided, one after the other. A
 * request without facts is answered at once; all others after their facts are durable.
 */
export class Seat implements TpmPort {
  readonly incarnation: string;
  readonly #ports: SeatPorts;
  readonly #turns = new Turns();
  readonly #keys = new Map<string, RsaPrimes>();
  readonly #wrappedKey: string;
  readonly #key: Uint8Array;
  readonly #sealer: Sealer;
  #tpm: Tpm;
  #head: Head;
  #mementoVersion: number;
  #lastNowMs = 0;
  /** Set while it is not known whether the last append happened. */
  #isUnsure = false;
  #cancel: AbortController | null = null;

  constructor(ports: SeatPorts, incarnation: string, loaded: Loaded) {
    this.#ports = ports;
    this.incarnation = incarnation;
    this.#tpm = loaded.tpm;
    this.#head = loaded.head;
    this.#key = loaded.key;
    const draw = (count: number): Uint8Array => ports.entropy.draw(count);
    this.#sealer = { key: sealingKey(loaded.key), draw };
    this.#wrappedKey = loaded.wrappedKey;
    this.#mementoVersion = loaded.head.version;
  }

  get isIdle(): boolean {
    return this.#turns.isFree;
  }

  execute(request: Uint8Array, locality: number): Uint8Array | Promise<Uint8Array> {
    const decide = this.#decideCommand(request);
    const isAtOnce = this.#turns.isFree && !this.#isUnsure;
    const first = isAtOnce ? this.#try(decide, request, locality, []) : null;
    if (first !== null && !(first instanceof KeyWanted) && first.events.length === 0) {
      return first.answer;
    }
    const kept = request.slice();
    const again = this.#decideCommand(kept);
    return this.#turns.take(() => this.#settle(again, kept, locality, UNAVAILABLE, first));
  }

  async signal(signal: Signal): Promise<SignalOutcome> {
    if (signal.type === 'Cancel') {
      if (signal.isAsserted) this.#cancel?.abort();
      return 'done';
    }
    const decide: Decide<SignalOutcome> = (tpm, circumstances) => {
      if (tpm.identity.isRetired) return { events: [], answer: 'notPowered', tpm };
      const { events, outcome } = indicate(tpm, signal, circumstances);
      return { events, answer: outcome, tpm: events.reduce(evolve, tpm) };
    };
    return this.#turns.take(() => this.#settle(decide, null, 0, 'unavailable'));
  }

  status(): Promise<TpmStatus> {
    const { phase, isEstablished } = this.#tpm.lifecycle;
    return Promise.resolve({ isPowered: phase !== 'off', isEstablished });
  }

  /** Waits for what is being decided, then gives the state and how far the log goes. */
  capture(): Promise<Loaded> {
    return this.#turns.take(async () => {
      if (this.#isUnsure) await this.#reload();
      const { wrappedKey, key } = { wrappedKey: this.#wrappedKey, key: this.#key };
      return { tpm: this.#tpm, head: this.#head, key, wrappedKey };
    });
  }

  /** Decides and records facts of lineage in this TPM's turn. Throws StoreError `unavailable`. */
  async record(
    decide: (tpm: Tpm, circumstances: Circumstances) => readonly TpmEvent[],
  ): Promise<Head> {
    const isRecorded = await this.#turns.take(() =>
      this.#settle<boolean>(
        (tpm, circumstances) => {
          const events = decide(tpm, circumstances);
          return { events, answer: true, tpm: events.reduce(evolve, tpm) };
        },
        null,
        0,
        false,
      ),
    );
    if (!isRecorded)
      throw new StoreError('unavailable', 'The event store cannot be written to now.');
    return this.#head;
  }

  /** Keeps a memento of the state as it is. */
  async keepMemento(): Promise<void> {
    const { blobs } = this.#ports;
    const state = { tpm: this.#tpm, head: this.#head };
    this.#mementoVersion = state.head.version;
    await keepMemento(blobs, this.incarnation, state, this.#sealer, this.#wrappedKey);
  }

  /** Decides until it is durable, or until it is clear that it cannot be now. */
  async #settle<A>(
    decide: Decide<A>,
    request: Uint8Array | null,
    locality: number,
    unavailable: A,
    first: Decided<A> | KeyWanted | null = null,
  ): Promise<A> {
    const made: RsaPrimes[] = [];
    let attempt = first;
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      try {
        if (this.#isUnsure) await this.#reload();
        const decided = attempt ?? this.#try(decide, request, locality, made);
        attempt = null;
        if (decided instanceof KeyWanted) {
          made.push(await this.#makeKey(decided.request));
          tries -= 1;
        } else if (decided.events.length === 0 || (await this.#commit(decided))) {
          return decided.answer;
        }
      } catch (error) {
        if (error instanceof TpmError) return refusal(error) as A;
        if (!(error instanceof StoreError)) throw error;
        this.#ports.report(error);
        return unavailable;
      }
    }
    return unavailable;
  }

  #try<A>(
    decide: Decide<A>,
    request: Uint8Array | null,
    locality: number,
    made: readonly RsaPrimes[],
  ): Decided<A> | KeyWanted {
    const nowMs = Math.max(this.#ports.clock.nowMs(), this.#lastNowMs);
    let used = 0;
    const circumstances = new NotedCircumstances({
      nowMs,
      locality,
      entropy: (count) => this.#ports.entropy.draw(count),
      rsaPrimes: (wanted) => {
        const primes = this.#primes(wanted, made[used]);
        used += 1;
        return primes;
      },
    });
    try {
      const { events, answer, tpm } = decide(this.#tpm, circumstances);
      const recorded = events.length === 0 ? null : circumstances.note(request);
      return { events, answer, tpm, recorded, nowMs };
    } catch (error) {
      if (error instanceof KeyWanted) return error;
      throw error;
    }
  }

  /** True when the facts are durable; false when another writer was quicker and all is new. */
  async #commit<A>(decided: Decided<A>): Promise<boolean> {
    const { newId } = this.#ports;
    const stream = tpmStream(this.incarnation);
    const batch = {
      facts: decided.events,
      atMs: decided.nowMs,
      decision: decided.recorded,
    };
    const { events, head } = enclose(stream, this.#head, batch, this.#sealer, newId);
    this.#isUnsure = true;
    const appended = await this.#append(stream, events);
    if (appended.kind === 'conflict') {
      await this.#reload();
      return false;
    }
    this.#isUnsure = false;
    this.#tpm = decided.tpm;
    this.#head = head;
    this.#lastNowMs = decided.nowMs;
    if (head.version - this.#mementoVersion >= MEMENTO_EVERY) void this.keepMemento();
    return true;
  }

  /** An append whose outcome is unknown is sent again: the same ids are never written twice. */
  async #append(stream: string, events: Parameters<SeatPorts['store']['append']>[2]) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#ports.store.append(stream, this.#head.version, events);
      } catch (error) {
        const isUnknown = error instanceof StoreError && error.kind === 'unknown-outcome';
        // A later try that surely did nothing says nothing of the first.
        if (!isUnknown && error instanceof StoreError && tries === 1) this.#isUnsure = false;
        if (!isUnknown || tries === TRIES_MAX) throw error;
      }
    }
  }

  async #reload(): Promise<void> {
    const from = { tpm: this.#tpm, head: this.#head, key: this.#key, wrappedKey: this.#wrappedKey };
    const { tpm, head } = await replay(this.#ports, this.incarnation, from, null);
    this.#tpm = tpm;
    this.#head = head;
    this.#isUnsure = false;
  }

  /** A command as a decision: what goes wrong inside is a failure of this command only. */
  #decideCommand(request: Uint8Array): Decide<Uint8Array> {
    return (tpm, circumstances) => {
      if (tpm.identity.isRetired) return { events: [], answer: FAILURE, tpm };
      try {
        const { events, response, tpm: after } = execute(tpm, request, circumstances);
        return { events, answer: response, tpm: after };
      } catch (error) {
        if (error instanceof KeyWanted) throw error;
        this.#ports.report(error);
        return { events: [], answer: FAILURE, tpm };
      }
    };
  }

  /** A key that is there already: made for this decision, remembered, or from stock. */
  #primes(wanted: KeyRequest, made: RsaPrimes | undefined): RsaPrimes {
    const known = made ?? this.#keys.get(keyId(wanted)) ?? this.#ports.keyFactory.take(wanted);
    if (known === null) throw new KeyWanted(wanted);
    if (wanted.kind === 'derived') this.#remember(keyId(wanted), known);
    return known;
  }

  #remember(id: string, primes: RsaPrimes): void {
    this.#keys.delete(id);
    this.#keys.set(id, primes);
    const oldest = this.#keys.keys().next().value;
    if (this.#keys.size > REMEMBERED_KEYS_MAX && oldest !== undefined) this.#keys.delete(oldest);
  }

  async #makeKey(wanted: KeyRequest): Promise<RsaPrimes> {
    this.#cancel = new AbortController();
    try {
      return await this.#ports.keyFactory.make(wanted, this.#cancel.signal);
    } catch (error) {
      if (this.#cancel.signal.aborted) throw new TpmError('CANCELED');
      throw error;
    } finally {
      this.#cancel = null;
    }
  }
}

/** What tells derived keys apart; random keys are all alike and never remembered. */
function keyId(wanted: KeyRequest): string {
  if (wanted.kind === 'random') return '';
  const { bits, exponent, seed, label, context } = wanted;
  const named = new TextEncoder().encode(label);
  return toHex(digest('SHA256', u32(bits), u32(exponent), seed.octets, named, context));
}
