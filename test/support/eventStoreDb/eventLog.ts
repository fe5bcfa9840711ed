import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';

/** An event as it is sent to be written. */
export type Proposed = {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
};

/** An event of the log; `position` is where its record begins, as in a file of records. */
export type Logged = Proposed & {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  /** In units of 100 ns since the epoch. */
  readonly created: string;
};

export type Expected = 'any' | 'no_stream' | 'stream_exists' | number;

export type Outcome =
  | { readonly kind: 'success'; readonly revision: number; readonly position: bigint }
  | { readonly kind: 'wrong-expected-version'; readonly current: number | null }
  | { readonly kind: 'stream-deleted' };

type Asked = {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Proposed[];
  readonly resolve: (outcome: Outcome) => void;
};

/** A record in the file: events with their octets in base64. */
type Line = {
  readonly stream: string;
  readonly created: string;
  readonly events: readonly (readonly [string, string, string, string, string])[];
  readonly isTombstone?: boolean;
};

const STATISTICS_EVERY = 64;

/** All events in one order and by stream; kept in a file where one is given. */
export class EventLog {
  readonly all: Logged[] = [];
  readonly #streams = new Map<string, Logged[]>();
  readonly #tombstones = new Set<string>();
  readonly #waiting = new Set<() => void>();
  readonly #file: number | null;
  #asked: Asked[] = [];
  #lines: Line[] = [];
  #end = 0n;
  #appends = 0;

  constructor(file?: string) {
    this.#file = file === undefined ? null : openSync(file, 'a+');
    if (file !== undefined) this.#load(readFileSync(file));
  }

  #load(octets: Buffer): void {
    const end = octets.lastIndexOf(0x0a) + 1; // what follows was being written when it ended
    if (end < octets.length && this.#file !== null) ftruncateSync(this.#file, end);
    for (const text of octets.toString('utf8', 0, end).split('\n')) {
      if (text !== '') this.#take(JSON.parse(text) as Line);
    }
  }

  stream(name: string): readonly Logged[] {
    return this.#streams.get(name) ?? [];
  }

  isTombstoned(name: string): boolean {
    return this.#tombstones.has(name);
  }

  /** Appends of one turn of the event loop are decided, written and synced together. */
  append(stream: string, expected: Expected, events: readonly Proposed[]): Promise<Outcome> {
    if (this.#asked.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve) => this.#asked.push({ stream, expected, events, resolve }));
  }

  tombstone(stream: string): void {
    this.#write({ stream, created: now(), events: [], isTombstone: true });
    this.#sync();
  }

  /** Resolves when there is more than so many events, or when the signal aborts. */
  async grown(count: number, signal: AbortSignal): Promise<void> {
    if (this.all.length > count || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => resolve(undefined);
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
  }

  #flush(): void {
    const asked = this.#asked;
    this.#asked = [];
    const outcomes = asked.map((append) => this.#decide(append));
    this.#sync();
    outcomes.forEach((outcome, i) => asked[i]?.resolve(outcome));
    for (const wake of this.#waiting) wake();
  }

  #decide({ stream, expected, events }: Asked): Outcome {
    if (this.#tombstones.has(stream)) return { kind: 'stream-deleted' };
    const recorded = this.stream(stream);
    const current = recorded.length - 1;
    const first = startOf(expected, recorded, events);
    if (first === null) {
      return { kind: 'wrong-expected-version', current: current < 0 ? null : current };
    }
    if (first === recorded.length) {
      this.#writeStatistics();
      const created = now();
      this.#write({ stream, created, events: events.map(toLine) });
    }
    const last = this.stream(stream)[first + events.length - 1];
    return { kind: 'success', revision: first + events.length - 1, position: last?.position ?? 0n };
  }

  /** A server writes events of its own between those of its users. */
  #writeStatistics(): void {
    this.#appends += 1;
    if (this.#appends % STATISTICS_EVERY !== 1) return;
    const id = crypto.randomUUID();
    const text = Buffer.from('{"proc-mem":1}').toString('base64');
    const event = [id, '$statsCollected', 'application/json', text, ''] as const;
    this.#write({ stream: '$stats-127.0.0.1:2113', created: now(), events: [event] });
  }

  #write(line: Line): void {
    this.#lines.push(line);
    this.#take(line);
  }

  #take({ stream, created, events, isTombstone = false }: Line): void {
    if (isTombstone) this.#tombstones.add(stream);
    const recorded = this.#streams.get(stream) ?? [];
    if (events.length > 0) this.#streams.set(stream, recorded);
    for (const [id, type, contentType, data64, metadata64] of events) {
      const data = Buffer.from(data64, 'base64');
      const metadata = Buffer.from(metadata64, 'base64');
      const at = { stream, revision: recorded.length, position: this.#end, created };
      const event = { id, type, contentType, data, metadata, ...at };
      this.#end += BigInt(100 + stream.length + data.length + metadata.length);
      recorded.push(event);
      this.all.push(event);
    }
  }

  #sync(): void {
    const lines = this.#lines;
    this.#lines = [];
    if (this.#file === null || lines.length === 0) return;
    writeSync(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    fdatasyncSync(this.#file);
  }
}

/**
 * The revision of the first event of an append: the end of the stream when it is to be written,
 * another when these very events stand there already, null when the stream is not as expected.
 */
function startOf(
  expected: Expected,
  recorded: readonly Logged[],
  events: readonly Proposed[],
): number | null {
  const isThere = (first: number): boolean =>
    events.every(({ id }, i) => recorded[first + i]?.id === id);
  switch (expected) {
    case 'any': {
      const known = recorded.findIndex(({ id }) => id === events[0]?.id);
      return known < 0 ? recorded.length : isThere(known) ? known : null;
    }
    case 'stream_exists':
      return recorded.length > 0 ? recorded.length : null;
    default: {
      const first = expected === 'no_stream' ? 0 : expected + 1;
      return first === recorded.length || (events.length > 0 && isThere(first)) ? first : null;
    }
  }
}

function toLine({ id, type, contentType, data, metadata }: Proposed): Line['events'][number] {
  const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');
  return [id, type, contentType, base64(data), base64(metadata)];
}

function now(): string {
  return String(BigInt(Date.now()) * 10_000n);
}
