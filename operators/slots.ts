/** No epoch: what a slot holds is stored, or nothing waits for it. */
export const unchanged = -1;

/**
 * Rows by key, each in a slot that it keeps for as long as it is there: who has looked one up needs neither its key nor a map to
 * find it again. A slot that was left is given to another key once nobody waits for what it held.
 */
export class Slots<Row> {
  readonly #places = new Map<string, number>();
  readonly #keys: string[] = [];
  readonly #rows: (Row | undefined)[] = [];
  readonly #left: number[] = [];
  /** Of each slot in which epoch it changed, until that is stored. */
  readonly changedIn: number[] = [];

  get size(): number {
    return this.#places.size;
  }

  /** Undefined where no row has this key. */
  slotOf(key: string): number | undefined {
    return this.#places.get(key);
  }

  keyAt(slot: number): string {
    return this.#keys[slot] ?? '';
  }

  /** Undefined when the row was deleted. */
  rowAt(slot: number): Row | undefined {
    return this.#rows[slot];
  }

  put(slot: number, row: Row): void {
    this.#rows[slot] = row;
  }

  /** A slot for a key that has none. */
  open(key: string): number {
    const slot = this.#left.pop() ?? this.#keys.length;
    this.#keys[slot] = key;
    this.#rows[slot] = undefined;
    this.changedIn[slot] = unchanged;
    this.#places.set(key, slot);
    return slot;
  }

  /** The key has no row any more; the slot stays its own until it is left, or opened again. */
  close(key: string, slot: number): void {
    this.#places.delete(key);
    this.#rows[slot] = undefined;
  }

  reopen(key: string, slot: number): void {
    this.#places.set(key, slot);
  }

  /** Nobody waits for a slot that was closed. */
  leave(slot: number): void {
    this.#keys[slot] = '';
    this.changedIn[slot] = unchanged;
    this.#left.push(slot);
  }

  /** In order of first insertion. */
  *entries(): Generator<[string, Row]> {
    for (const [key, slot] of this.#places) yield [key, this.#present(slot)];
  }

  *values(): Generator<Row> {
    for (const slot of this.#places.values()) yield this.#present(slot);
  }

  /** What has a key has a row. */
  #present(slot: number): Row {
    return this.#rows[slot] as Row;
  }
}
