import type { Stretch } from '../../schemas/stretch.ts';
import { ByteMap, hashOf } from './byte-map.ts';
import { type CacheLimits, Generations } from './generations.ts';

/**
 * Over all of what a batch was fetched in: its records come one after another. One for all shards, since each would keep what it
 * looked into last from being collected, however long it is quiet.
 */
let lastBytes: Uint8Array = new Uint8Array(0);
let lastView: DataView = new DataView(lastBytes.buffer);

function viewOf(bytes: Uint8Array): DataView {
  // V8 asks its runtime for the buffer of an array, and is not asked while the records of a batch lie in one.
  if (bytes === lastBytes) return lastView;
  const { buffer } = bytes;
  if (lastView.buffer !== buffer) lastView = new DataView(buffer);
  lastBytes = bytes;
  return lastView;
}

export interface KnownBytesOptions<V> {
  /** Learns where a key lies, unchanged for as long as it is known: anew each time it is put elsewhere. */
  readonly onKept?: (value: V, kept: Stretch) => void;
  /** Learns what is not known any more, or lies elsewhere by now, and in what the keys lay. */
  readonly onForgotten?: (values: readonly V[], chunks: readonly Buffer[]) => void;
}

/** What is known of stretches of bytes, as far as limits allow. */
export class KnownBytes<V> {
  readonly #generations: Generations<ByteMap<V>>;
  readonly #onKept: (value: V, kept: Stretch) => void;

  constructor(limits: CacheLimits, { onKept = () => {}, onForgotten = () => {} }: KnownBytesOptions<V> = {}) {
    this.#generations = new Generations(
      limits,
      () => new ByteMap<V>(),
      ({ values, chunks }) => onForgotten(values, chunks),
    );
    this.#onKept = onKept;
  }

  /** What is known of the bytes from `from` to `to`. */
  get(bytes: Uint8Array, from: number, to: number): V | undefined {
    const view = viewOf(bytes);
    const [start, end] = [bytes.byteOffset + from, bytes.byteOffset + to];
    const hash = hashOf(view, start, end);
    const young = this.#generations.young.get(view, start, end, hash);
    if (young !== undefined) return young;
    const value = this.#generations.old.get(view, start, end, hash);
    if (value !== undefined) this.#add(view, start, end, { hash, value });
    return value;
  }

  /** Remembers what `get` did not know. */
  add(bytes: Uint8Array, from: number, to: number, value: V): void {
    const view = viewOf(bytes);
    const [start, end] = [bytes.byteOffset + from, bytes.byteOffset + to];
    this.#add(view, start, end, { hash: hashOf(view, start, end), value });
  }

  #add(
    view: DataView,
    start: number,
    end: number,
    entry: { readonly hash: number; readonly value: V },
  ): void {
    // The value may hold the text of the head once more, and a character takes up to two bytes.
    const kept = this.#generations.withRoom((end - start) * 3).add(view, start, end, entry);
    if (kept !== null) this.#onKept(entry.value, kept);
  }
}
