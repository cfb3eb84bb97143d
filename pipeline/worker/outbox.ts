import type { Assigned, DeadLetter, Output, OutputTopic } from '../../operators/events.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { hash32 } from '../../schemas/identity.ts';
import type { Origin } from '../../schemas/place.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord, ProduceRecord } from '../broker/index.ts';
import type { ShardSink } from '../shard/index.ts';
import { deadLetterRecord } from './dead-letter.ts';
import { shedRecord } from './shed.ts';

/** Ids under which the registry knows the schemas of the topics we write. */
export type SchemaIds = Readonly<Record<OutputTopic | 'snapshots' | 'control', number>>;

export interface OutboxOptions {
  readonly graph: string;
  readonly partition: number;
  readonly schemaIds: SchemaIds;
  readonly reducedPartitions: number;
  readonly onAssigned: ((assigned: Assigned, shard: number) => void) | null;
}

/**
 * What a shard has stated and nobody has acknowledged yet. Values are encoded when they arrive, since the operator may
 * change its rows in the next step.
 */
export class Outbox implements ShardSink {
  readonly #options: OutboxOptions;
  /** The newest key, and its bytes: a telling and the decision about it have the same, and few others come twice soon. */
  #key = '';
  #keyBytes: Uint8Array = new Uint8Array();
  #records: ProduceRecord[] = [];
  #mutedUntil = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * What follows from records below the offset was said before, by an owner whose state was lost. Facts too: a replay meets
   * late alerts of runs that died before it begins, and would state them under names that never were (H24).
   */
  muteBelow(offset: number): void {
    this.#mutedUntil = offset;
  }

  /** Everything stated since the last call, in order. */
  take(): readonly ProduceRecord[] {
    const records = this.#records;
    if (records.length > 0) this.#records = [];
    return records;
  }

  output(output: Output, origin: Origin): void {
    // What a quiet shard states before its first record has an origin below any offset.
    if (this.#mutedUntil > 0 && origin.offset < this.#mutedUntil) return;
    this.#records.push({
      topic: topics[output.topic].name,
      partition: this.#partitionOf(output),
      key: this.#bytesOf(output.key),
      value: encode(output, origin, this.#options.schemaIds[output.topic]),
    });
  }

  deadLetter(letter: DeadLetter, record: LogRecord): void {
    if (record.offset >= this.#mutedUntil)
      this.#records.push(deadLetterRecord(letter, record, this.#options));
  }

  /** A record that is put aside unseen. */
  shed(record: LogRecord): void {
    this.#records.push(shedRecord(record, this.#options.partition));
  }

  assigned(assigned: Assigned): void {
    this.#options.onAssigned?.(assigned, this.#options.partition);
  }

  /**
   * REDUCE spreads by correlation domain. RELATE writes partition i of every output, so that a consumer needs one
   * position mark per partition (protocol.md, RELATE).
   */
  #partitionOf(output: Output): number {
    if (output.topic !== 'reduced') return this.#options.partition;
    return hash32(output.key) % this.#options.reducedPartitions;
  }

  #bytesOf(key: string): Uint8Array {
    if (key !== this.#key) {
      this.#key = key;
      this.#keyBytes = Buffer.from(key);
    }
    return this.#keyBytes;
  }
}

function encode(output: Output, origin: Origin, schemaId: number): Uint8Array {
  switch (output.topic) {
    case 'reduced':
      return codecs.reduced.encodeFramed(schemaId, output.value);
    case 'enriched':
    case 'suppressed':
      return codecs[output.topic].encodeFramed(schemaId, { ...output.value, origin });
    case 'incidents':
      return codecs.incidents.encodeFramed(schemaId, { ...output.value, origin });
    case 'aggregates':
      return codecs.aggregates.encodeFramed(schemaId, { ...output.value, origin });
    case 'decisions':
      return codecs.decisions.encodeFramed(schemaId, { ...output.value, origin });
  }
}
