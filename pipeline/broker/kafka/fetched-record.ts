import { type LogRecord, noHeaders } from '../broker.ts';

/** Where the parts of a record lie; as many bytes as -1 stand for none. */
export interface Parts {
  readonly keyFrom: number;
  readonly keyBytes: number;
  readonly valueFrom: number;
  readonly valueBytes: number;
}

/** A record without headers, as it lies in what was fetched. Its parts become views when they are asked for: nobody reads the keys of raw records. */
export class FetchedRecord implements LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly headers = noHeaders;
  readonly valueBytes: number;
  readonly #bytes: Buffer;
  readonly #keyFrom: number;
  readonly #keyBytes: number;
  readonly #valueFrom: number;
  #value: Buffer | null = null;

  constructor(
    place: { readonly offset: number; readonly timestamp: number },
    bytes: Buffer,
    { keyFrom, keyBytes, valueFrom, valueBytes }: Parts,
  ) {
    this.offset = place.offset;
    this.timestamp = place.timestamp;
    this.valueBytes = Math.max(0, valueBytes);
    this.#bytes = bytes;
    this.#keyFrom = keyFrom;
    this.#keyBytes = keyBytes;
    this.#valueFrom = valueBytes < 0 ? -1 : valueFrom;
  }

  get key(): Buffer | null {
    return this.#keyBytes < 0 ? null : this.#bytes.subarray(this.#keyFrom, this.#keyFrom + this.#keyBytes);
  }

  get value(): Buffer | null {
    if (this.#valueFrom < 0) return null;
    this.#value ??= this.#bytes.subarray(this.#valueFrom, this.#valueFrom + this.valueBytes);
    return this.#value;
  }
}
