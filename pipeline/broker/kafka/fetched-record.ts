import type { Stretch } from '../../../schemas/stretch.ts';
import { type LogRecord, noHeaders } from '../broker.ts';

/** Where the parts of a record lie; as many bytes as -1 stand for none. */
export interface Parts {
  readonly keyFrom: number;
  readonly keyBytes: number;
  readonly valueFrom: number;
  readonly valueBytes: number;
}

/**
 * A record without headers, as it lies in what was fetched; as a stretch it is its value. Its parts become views when they are
 * asked for: nobody reads the keys of raw records, and a repeat is known where it lies.
 */
export class FetchedRecord implements LogRecord, Stretch {
  readonly offset: number;
  readonly timestamp: number;
  readonly headers = noHeaders;
  readonly bytes: Buffer;
  /** -1 when there is no value. */
  readonly from: number;
  readonly to: number;
  readonly #keyFrom: number;
  readonly #keyBytes: number;
  #value: Buffer | null = null;

  constructor(
    place: { readonly offset: number; readonly timestamp: number },
    bytes: Buffer,
    { keyFrom, keyBytes, valueFrom, valueBytes }: Parts,
  ) {
    this.offset = place.offset;
    this.timestamp = place.timestamp;
    this.bytes = bytes;
    this.from = valueBytes < 0 ? -1 : valueFrom;
    this.to = valueBytes < 0 ? -1 : valueFrom + valueBytes;
    this.#keyFrom = keyFrom;
    this.#keyBytes = keyBytes;
  }

  get key(): Buffer | null {
    return this.#keyBytes < 0 ? null : this.bytes.subarray(this.#keyFrom, this.#keyFrom + this.#keyBytes);
  }

  get value(): Buffer | null {
    if (this.from < 0) return null;
    this.#value ??= this.bytes.subarray(this.from, this.to);
    return this.#value;
  }

  get lies(): Stretch | null {
    return this.from < 0 ? null : this;
  }
}
