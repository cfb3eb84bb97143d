export interface CacheLimits {
  readonly maxHeads: number;
  readonly maxHeadBytes: number;
}

/**
 * Bounds what is remembered: when the young one of two maps is full it becomes the old one, and the old one is forgotten. What
 * is found in the old one is to be put into the young one again. Forgetting costs time and changes nothing.
 */
export class Generations<Remembered extends { readonly size: number }> {
  readonly #make: () => Remembered;
  readonly #onForgotten: (forgotten: Remembered) => void;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #young: Remembered;
  #old: Remembered;
  #youngBytes = 0;

  constructor(
    { maxHeads, maxHeadBytes }: CacheLimits,
    make: () => Remembered,
    onForgotten: (forgotten: Remembered) => void = () => {},
  ) {
    this.#make = make;
    this.#onForgotten = onForgotten;
    this.#maxEntries = Math.ceil(maxHeads / 2);
    this.#maxBytes = maxHeadBytes / 2;
    this.#young = make();
    this.#old = make();
  }

  get young(): Remembered {
    return this.#young;
  }

  get old(): Remembered {
    return this.#old;
  }

  /** The young one, with room for an entry of so many bytes. */
  withRoom(bytes: number): Remembered {
    if (this.#young.size >= this.#maxEntries || this.#youngBytes > this.#maxBytes) {
      this.#onForgotten(this.#old);
      this.#old = this.#young;
      this.#young = this.#make();
      this.#youngBytes = 0;
    }
    this.#youngBytes += bytes;
    return this.#young;
  }
}
