export interface CacheLimits {
  readonly maxHeads: number;
  readonly maxHeadBytes: number;
}

/**
 * A bounded map in two generations: when the young one is full it becomes the old one, and the old one is forgotten.
 * Forgetting costs time and changes nothing.
 */
export class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #youngBytes = 0;
  readonly #maxEntries: number;
  readonly #maxBytes: number;

  constructor(limits: CacheLimits) {
    this.#maxEntries = Math.ceil(limits.maxHeads / 2);
    this.#maxBytes = limits.maxHeadBytes / 2;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#maxEntries || this.#youngBytes > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, value);
    // The key holds the text of the head once more, and a character takes up to two bytes.
    this.#youngBytes += key.length * 4;
  }
}
