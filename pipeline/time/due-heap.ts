/** Something that waits for its turn in a heap. The heap clears `isWaiting` when it has come up or was taken back. */
export interface Waiting {
  isWaiting: boolean;
}

/** Below this, entries that were taken back cost less than cleaning up after them. */
const fewEntries = 64;

/**
 * A binary heap with lazy deletion: taking an entry back marks it, and costs no search. When more entries are marked
 * than waiting the heap is rebuilt without them, so that memory follows what waits, not what once did.
 */
export class DueHeap<Entry extends Waiting> {
  readonly #isBefore: (a: Entry, b: Entry) => boolean;
  #entries: Entry[] = [];
  #takenBack = 0;

  /** `isBefore` must be a total order, and the place of an entry in it must not change while it waits. */
  constructor(isBefore: (a: Entry, b: Entry) => boolean) {
    this.#isBefore = isBefore;
  }

  /** Entries that wait. */
  get size(): number {
    return this.#entries.length - this.#takenBack;
  }

  /** Entries in memory: those that wait, and at most as many that were taken back (or `fewEntries`). */
  get held(): number {
    return this.#entries.length;
  }

  push(entry: Entry): void {
    this.#rise(entry, this.#entries.push(entry) - 1);
  }

  /** Does nothing for an entry that has come up or was taken back before. */
  takeBack(entry: Entry): void {
    if (!entry.isWaiting) return;
    entry.isWaiting = false;
    this.#takenBack += 1;
    if (this.#takenBack > Math.max(fewEntries, this.size)) this.#rebuild();
  }

  /** The first entry of those that wait, or undefined. */
  peek(): Entry | undefined {
    for (let head = this.#entries[0]; head !== undefined; head = this.#entries[0]) {
      if (head.isWaiting) return head;
      this.#removeHead();
      this.#takenBack -= 1;
    }
    return undefined;
  }

  /** Takes the first entry out. */
  pop(): Entry | undefined {
    const head = this.peek();
    if (head === undefined) return undefined;
    this.#removeHead();
    head.isWaiting = false;
    return head;
  }

  #rebuild(): void {
    // A sorted array is a heap; the rebuild is paid for by the entries taken back since the last one.
    this.#entries = this.#entries
      .filter(({ isWaiting }) => isWaiting)
      .sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
    this.#takenBack = 0;
  }

  #rise(entry: Entry, from: number): void {
    const entries = this.#entries;
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || !this.#isBefore(entry, above)) break;
      entries[child] = above;
      child = parent;
    }
    entries[child] = entry;
  }

  /** Puts the last entry where the first was and lets it sink. */
  #removeHead(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      let below = entries[child];
      if (below === undefined) break;
      const right = entries[child + 1];
      if (right !== undefined && this.#isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (!this.#isBefore(below, last)) break;
      entries[parent] = below;
      parent = child;
    }
    entries[parent] = last;
  }
}
