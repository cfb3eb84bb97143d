import { type CacheLimits, Generations } from './generations.ts';

/** What is known of texts, as far as limits allow. */
export class KnownTexts<V> {
  readonly #generations: Generations<Map<string, V>>;

  constructor(limits: CacheLimits) {
    this.#generations = new Generations(limits, () => new Map<string, V>());
  }

  get(key: string): V | undefined {
    const young = this.#generations.young.get(key);
    if (young !== undefined) return young;
    const old = this.#generations.old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    // The key holds the text of the head once more, and a character takes up to two bytes.
    this.#generations.withRoom(key.length * 4).set(key, value);
  }
}
