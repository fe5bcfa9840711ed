import type { RecordedEvent } from '../../../domain/engine/eventStore.ts';

/** So many events, and so many characters of them, are kept for those who follow. */
const EVENTS_MAX = 1024;
const CHARACTERS_MAX = 4_000_000;

/**
 * The events that were appended last, as they are in memory anyway: whoever follows the store
 * closely need not have them read from the disk.
 */
export class RecentEvents {
  #events: RecordedEvent[] = [];
  #characters = 0;

  /**
   * Takes what was appended, in the order of positions. Where one is missing, since nobody knew
   * that it was written, what was before it is forgotten.
   */
  push(events: readonly RecordedEvent[]): void {
    if (Number(events[0]?.position) !== this.#next) this.#forget();
    for (const event of events) {
      this.#events.push(event);
      this.#characters += charactersOf(event);
    }
    if (this.#events.length > 2 * EVENTS_MAX || this.#characters > 2 * CHARACTERS_MAX) this.#trim();
  }

  /** All events after a position; null when some of them may have been before the oldest here. */
  after(position: number): readonly RecordedEvent[] | null {
    const first = Number(this.#events[0]?.position ?? Infinity);
    return position < first - 1 ? null : this.#events.slice(position - first + 1);
  }

  /** The position of the event that comes next; NaN while there is none here. */
  get #next(): number {
    return Number(this.#events.at(-1)?.position) + 1;
  }

  #forget(): void {
    this.#events = [];
    this.#characters = 0;
  }

  #trim(): void {
    let from = this.#events.length;
    let characters = 0;
    while (from > this.#events.length - EVENTS_MAX && characters <= CHARACTERS_MAX) {
      from -= 1;
      const event = this.#events[from];
      characters += event === undefined ? 0 : charactersOf(event);
    }
    this.#events = this.#events.slice(from);
    this.#characters = characters;
  }
}

function charactersOf({ data, metadata }: RecordedEvent): number {
  return data.length + metadata.length;
}
