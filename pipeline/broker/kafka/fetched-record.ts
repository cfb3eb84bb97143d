import type { LogRecord } from '../broker.ts';

/** Where a part of a record lies: behind `from`, up to `to`; from -1 for none. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const noHeaders: LogRecord['headers'] = {};

/**
 * A record without headers, as it lies in what was fetched. Its parts become views when they are asked for: thousands of
 * records wait in buffers, for longer than the collector takes an object to be new, and two views each are more than half of
 * what they weigh. Nobody reads the keys of raw records.
 */
export class FetchedRecord implements LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly headers = noHeaders;
  readonly #bytes: Buffer;
  readonly #keyFrom: number;
  readonly #keyTo: number;
  readonly #valueFrom: number;
  readonly #valueTo: number;
  #value: Buffer | null = null;

  constructor(
    place: { readonly offset: number; readonly timestamp: number },
    bytes: Buffer,
    { key, value }: { readonly key: Span; readonly value: Span },
  ) {
    this.offset = place.offset;
    this.timestamp = place.timestamp;
    this.#bytes = bytes;
    this.#keyFrom = key.from;
    this.#keyTo = key.to;
    this.#valueFrom = value.from;
    this.#valueTo = value.to;
  }

  get key(): Buffer | null {
    return this.#keyFrom < 0 ? null : this.#bytes.subarray(this.#keyFrom, this.#keyTo);
  }

  get value(): Buffer | null {
    if (this.#valueFrom < 0) return null;
    this.#value ??= this.#bytes.subarray(this.#valueFrom, this.#valueTo);
    return this.#value;
  }

  get keyBytes(): number {
    return this.#keyTo - this.#keyFrom;
  }

  get valueBytes(): number {
    return this.#valueTo - this.#valueFrom;
  }
}
