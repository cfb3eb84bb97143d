import { LRUCache } from 'lru-cache';
import type { RawAlert } from '../../schemas/alert.ts';
import type { Codec } from '../../schemas/avro/index.ts';
import { catalogue, type RecordError, TocsinError } from '../../schemas/errors.ts';
import type { Clock } from '../time/index.ts';
import type { Registry } from './registry.ts';

export interface DecoderOptions<T> {
  /** Our own schema: what every writer's schema is read as. */
  readonly codec: Codec<T>;
  readonly registry: Registry;
  readonly clock: Clock;
  /** How long an id that the registry did not know is not asked for again. */
  readonly unknownForMs?: number;
  /** How many such ids are remembered; forged ids must not fill the memory. */
  readonly maxUnknownIds?: number;
}

type Reader<T> = (payload: Uint8Array) => T | RecordError;

/**
 * Decodes records synchronously although schemas must be fetched: a shard asks `isKnown` and awaits `prefetch` for the
 * ids of a batch, then steps through it with `decode`. Readers are built once per schema id and kept: building one
 * costs about a hundred decodes, and there are as many as schemas in the registry.
 */
export class Decoder<T> {
  readonly #options: DecoderOptions<T>;
  readonly #readers = new Map<number, Reader<T>>();
  readonly #ownLayouts = new Set<number>();
  /** Ids the registry does not know, with when it was asked. */
  readonly #unknown: LRUCache<number, number>;
  readonly #fetches = new Map<number, Promise<void>>();

  constructor(options: DecoderOptions<T>) {
    this.#options = options;
    this.#unknown = new LRUCache({ max: options.maxUnknownIds ?? 1_000 });
  }

  /**
   * The value in `payload` (Avro without header), or why there is none. 'unknown': nobody has asked the registry for
   * this id yet (or it was forgotten among too many unknown ones); after a `prefetch` treat it as an unknown schema.
   */
  readonly decode = (schemaId: number, payload: Uint8Array): T | RecordError | 'unknown' => {
    const reader = this.#readers.get(schemaId);
    if (reader !== undefined) return reader(payload);
    return this.#unknown.has(schemaId) ? unknownSchema(schemaId) : 'unknown';
  };

  /** Whether records with this id are laid out as our codec writes them. */
  readonly isOwnLayout = (schemaId: number): boolean => this.#ownLayouts.has(schemaId);

  /** Whether `decode` has an answer that need not be asked for again. */
  isKnown(schemaId: number): boolean {
    if (this.#readers.has(schemaId)) return true;
    const askedAt = this.#unknown.get(schemaId);
    const { clock, unknownForMs = 30_000 } = this.#options;
    return askedAt !== undefined && clock.now() - askedAt < unknownForMs;
  }

  /** Fetches one schema, once for all who ask at the same time. Rejects when the registry does not answer. */
  prefetch(schemaId: number): Promise<void> {
    if (this.isKnown(schemaId)) return Promise.resolve();
    const running = this.#fetches.get(schemaId);
    if (running !== undefined) return running;
    const fetch = this.#fetch(schemaId).finally(() => this.#fetches.delete(schemaId));
    this.#fetches.set(schemaId, fetch);
    return fetch;
  }

  async #fetch(schemaId: number): Promise<void> {
    const schema = await this.#options.registry.schemaById(schemaId);
    if (schema === null) {
      this.#unknown.set(schemaId, this.#options.clock.now());
      return;
    }
    this.#unknown.delete(schemaId);
    if (this.#options.codec.hasLayoutOf(schema)) this.#ownLayouts.add(schemaId);
    this.#readers.set(schemaId, this.#readerOf(schema));
  }

  #readerOf(schema: unknown): Reader<T> {
    try {
      const read = this.#options.codec.readerOf(schema);
      return (payload) => {
        try {
          return read(payload);
        } catch (error) {
          return recordErrorOf(error);
        }
      };
    } catch (error) {
      const incompatible = recordErrorOf(error);
      return () => incompatible;
    }
  }
}

export type RawDecoder = Decoder<RawAlert>;

function unknownSchema(schemaId: number): RecordError {
  return { code: 'record.unknown-schema', detail: `schema id ${schemaId}` };
}

/** A bad record is a value; anything else is a bug and goes on. */
function recordErrorOf(error: unknown): RecordError {
  if (error instanceof TocsinError && catalogue[error.code].kind === 'record') {
    return { code: error.code, detail: error.detail };
  }
  throw error;
}
