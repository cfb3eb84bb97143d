import { ByteMap, hashOf } from './byte-map.ts';
import type { CacheLimits } from './generations.ts';

/** As `Generations`, for keys that are stretches of bytes. */
export class KnownBytes<V> {
  #young = new ByteMap<V>();
  #old = new ByteMap<V>();
  #youngBytes = 0;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  /** Over all of what a batch was fetched in: its records come one after another. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor({ maxHeads, maxHeadBytes }: CacheLimits) {
    this.#maxEntries = Math.ceil(maxHeads / 2);
    this.#maxBytes = maxHeadBytes / 2;
  }

  /** What is known of the bytes from `from` to `to`. */
  get(bytes: Uint8Array, from: number, to: number): V | undefined {
    const view = this.#viewOf(bytes);
    const [start, end] = [bytes.byteOffset + from, bytes.byteOffset + to];
    const hash = hashOf(view, start, end);
    const young = this.#young.get(view, start, end, hash);
    if (young !== undefined) return young;
    const value = this.#old.get(view, start, end, hash);
    if (value !== undefined) this.#add(view, start, end, { hash, value });
    return value;
  }

  /** Remembers what `get` did not know. */
  add(bytes: Uint8Array, from: number, to: number, value: V): void {
    const view = this.#viewOf(bytes);
    const [start, end] = [bytes.byteOffset + from, bytes.byteOffset + to];
    this.#add(view, start, end, { hash: hashOf(view, start, end), value });
  }

  #add(
    view: DataView,
    start: number,
    end: number,
    entry: { readonly hash: number; readonly value: V },
  ): void {
    if (this.#young.size >= this.#maxEntries || this.#youngBytes > this.#maxBytes) {
      this.#old = this.#young;
      this.#young = new ByteMap();
      this.#youngBytes = 0;
    }
    this.#young.add(view, start, end, entry);
    // The value holds the text of the head once more, and a character takes up to two bytes.
    this.#youngBytes += (end - start) * 3;
  }

  #viewOf({ buffer }: Uint8Array): DataView {
    if (this.#view.buffer !== buffer) this.#view = new DataView(buffer);
    return this.#view;
  }
}
