/** Names that only become more, in the order of their UTF-16 code units. */
export class NameOrder {
  readonly #sorted: string[] = [];
  #known = 0;

  /** Takes up the names that are new: all come in the order in which they were added. */
  take(names: Iterable<string>, count: number): void {
    if (count === this.#known) return;
    let i = 0;
    for (const name of names) {
      if (i >= this.#known) this.#sorted.splice(this.#placeOf(name), 0, name);
      i += 1;
    }
    this.#known = i;
  }

  /** So many names at most that come after another one. */
  after(name: string, count: number): readonly string[] {
    const from = this.#placeOf(`${name}\0`);
    return this.#sorted.slice(from, from + count);
  }

  /** Where a name stands, or would. */
  #placeOf(name: string): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
