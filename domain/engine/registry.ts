import { loadIncarnation } from './incarnation.ts';
import { Seat, type SeatPorts } from './seat.ts';

/**
 * The TPMs that are in memory. Loads each once, however many ask for it, and lets go of those that
 * were not used for longest: an idle TPM costs nothing but its events.
 */
export class Registry {
  readonly #ports: SeatPorts;
  readonly #seatsMax: number;
  /** In the order of their last use. */
  readonly #seats = new Map<string, Seat>();
  readonly #loading = new Map<string, Promise<Seat | null>>();

  constructor(ports: SeatPorts, seatsMax: number) {
    this.#ports = ports;
    this.#seatsMax = seatsMax;
  }

  /** How many TPMs are in memory. */
  get size(): number {
    return this.#seats.size;
  }

  /** The seat of an incarnation that is in memory, or null. */
  loaded(incarnation: string): Seat | null {
    return this.#seats.get(incarnation) ?? null;
  }

  /** The seat of an incarnation; null when there is none of that name. Throws StoreError. */
  seat(incarnation: string): Promise<Seat | null> {
    const seat = this.#seats.get(incarnation);
    if (seat !== undefined) {
      this.#touch(incarnation, seat);
      return Promise.resolve(seat);
    }
    const loading = this.#loading.get(incarnation) ?? this.#load(incarnation);
    this.#loading.set(incarnation, loading);
    return loading;
  }

  /** Writes mementos of all that is in memory and lets go of it. */
  async close(): Promise<void> {
    for (const seat of this.#seats.values()) await seat.keepMemento();
    this.#seats.clear();
  }

  async #load(incarnation: string): Promise<Seat | null> {
    try {
      const loaded = await loadIncarnation(this.#ports, incarnation);
      if (loaded === null) return null;
      const seat = new Seat(this.#ports, incarnation, loaded);
      this.#touch(incarnation, seat);
      this.#evict();
      return seat;
    } finally {
      this.#loading.delete(incarnation);
    }
  }

  #touch(incarnation: string, seat: Seat): void {
    this.#seats.delete(incarnation);
    this.#seats.set(incarnation, seat);
  }

  #evict(): void {
    if (this.#seats.size <= this.#seatsMax) return;
    for (const [incarnation, seat] of this.#seats) {
      if (!seat.isIdle) continue;
      this.#seats.delete(incarnation);
      void seat.keepMemento();
      return;
    }
  }
}
