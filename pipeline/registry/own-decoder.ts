import type { Codec } from '../../schemas/avro/index.ts';
import { type RecordError, TocsinError } from '../../schemas/errors.ts';
import { Decoder, type DecoderOptions } from './decoder.ts';
import { framedLength, parseFrame, schemaIdOf } from './frame.ts';

export interface OwnDecoderOptions<T> extends DecoderOptions<T> {
  readonly topic: string;
  /** Under which this process writes the topic. */
  readonly ownId: number;
}

interface Valued {
  readonly value: Uint8Array | null;
}

/**
 * Reads a topic that we write ourselves. What is framed as this process frames it is read by our codec at once; what another
 * version of Tocsin wrote is read by the schema that it names, as any producer's record is. `prefetch` comes before the others.
 */
export class OwnDecoder<T> {
  readonly #topic: string;
  readonly #ownId: number;
  readonly #codec: Codec<T>;
  readonly #others: Decoder<T>;

  constructor({ topic, ownId, ...options }: OwnDecoderOptions<T>) {
    this.#topic = topic;
    this.#ownId = ownId;
    this.#codec = options.codec;
    // There are few versions of ours, and nobody else writes here: a table for forged ids would only take memory.
    this.#others = new Decoder({ maxUnknownIds: 16, ...options });
  }

  /** Whether there is nothing to fetch before the record is read. */
  isKnown({ value }: Valued): boolean {
    const id = schemaIdOf(value);
    return id === this.#ownId || id === -1 || this.#others.isKnown(id);
  }

  /** Fetches the schemas of other versions. Rejects when the registry does not answer. */
  async prefetch(records: Iterable<Valued>): Promise<void> {
    for (const record of records) {
      const id = schemaIdOf(record.value);
      if (id !== this.#ownId && !this.isKnown(record)) await this.#others.prefetch(id);
    }
  }

  /** @throws TocsinError of the kind `record`, which says what is wrong and not where */
  read(value: Uint8Array | null): T {
    // The hot path: one comparison more than a codec alone.
    if (value !== null && schemaIdOf(value) === this.#ownId) return this.#codec.decode(value, framedLength);
    const frame = parseFrame(value);
    if ('code' in frame) throw errorOf(frame);
    const decoded = this.#others.decode(frame.schemaId, frame.payload);
    if (decoded === 'unknown')
      throw errorOf({ code: 'record.unknown-schema', detail: String(frame.schemaId) });
    if (isError(decoded)) throw errorOf(decoded);
    return decoded;
  }

  /** Where the Avro of a value begins that is framed as this process frames it; -1 for any other. */
  findOwn(value: Uint8Array): number {
    return schemaIdOf(value) === this.#ownId ? framedLength : -1;
  }

  /** @throws TocsinError `broker.foreign-record`, which names the place of the record and the schema */
  readAt(record: Valued & { readonly offset: number }, partition: number): T {
    try {
      return this.read(record.value);
    } catch (cause) {
      if (!(cause instanceof TocsinError)) throw cause;
      const id = schemaIdOf(record.value);
      const schema = id === -1 ? 'no schema id' : `schema id ${id}`;
      const place = `${this.#topic}/${partition} at offset ${record.offset}, ${schema}`;
      throw new TocsinError('broker.foreign-record', `${place}: ${cause.code}, ${cause.detail}`, { cause });
    }
  }
}

/** No record of ours has these two fields and no others. */
function isError<T>(decoded: T | RecordError): decoded is RecordError {
  return typeof decoded === 'object' && decoded !== null && 'code' in decoded && 'detail' in decoded;
}

function errorOf({ code, detail }: RecordError): TocsinError {
  return new TocsinError(code, detail);
}
