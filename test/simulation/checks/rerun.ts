import type { Output, RelateEvent } from '../../../operators/events.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import type { PartitionLog } from '../../../pipeline/broker/partition-log.ts';
import { relateGraph } from '../../../pipeline/graphs.ts';
import { Shard } from '../../../pipeline/shard/index.ts';
import type { OperatorConfigs } from '../../../pipeline/topology.ts';
import { Outbox } from '../../../pipeline/worker/outbox.ts';
import type { Origin } from '../../../schemas/place.ts';
import { schemaIds } from '../neighbours/known-registry.ts';
import { Finals } from './finals.ts';
import { Obedience } from './obedience.ts';

/** What the shard states: a record of an output topic, and the input that caused it. */
export interface Stated {
  readonly origin: Origin;
  readonly text: string;
}

/** All records of a partition that a read_committed reader is handed. */
export function committedRecords(log: PartitionLog): readonly LogRecord[] {
  const limits = { maxRecords: 1_000_000, maxBytes: Number.POSITIVE_INFINITY, isCommittedOnly: true };
  return log.read(log.low, limits).records;
}

/** Key and value of a record as one text, equal only for equal bytes. */
export function textOf({ key, value }: Pick<LogRecord, 'key' | 'value'>): string {
  return `${latin1(key)}|${latin1(value)}`;
}

function latin1(bytes: Uint8Array | null): string {
  return bytes === null
    ? ''
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The pure RELATE shard over its log, as if nobody had ever interrupted it. */
export class Rerun {
  readonly shard: Shard<RelateEvent>;
  readonly finals = new Finals();
  readonly obedience = new Obedience();
  readonly #stated = new Map<string, Stated[]>();
  readonly #records: readonly LogRecord[];
  #next = 0;

  constructor(log: PartitionLog, operators: OperatorConfigs) {
    const { partition } = log;
    this.#records = committedRecords(log);
    const outbox = new Outbox({
      ...{ graph: 'relate', partition, schemaIds, reducedPartitions: 1, onAssigned: null },
    });
    this.shard = new Shard(relateGraph(operators), partition, {
      output: (output, origin) => this.#note(outbox, output, origin),
      deadLetter: () => {},
      assigned: () => {},
    });
  }

  /** Steps what lies below `end`. */
  stepTo(end: number): void {
    for (;;) {
      const record = this.#records[this.#next];
      if (record === undefined || record.offset >= end) return;
      this.obedience.step(record);
      this.shard.step(record);
      this.#next += 1;
    }
  }

  /** What it has stated so far on a topic, in order. */
  stated(topic: string): readonly Stated[] {
    return this.#stated.get(topic) ?? [];
  }

  #note(outbox: Outbox, output: Output, origin: Origin): void {
    this.finals.note(output);
    this.obedience.note(output);
    outbox.output(output, origin);
    for (const record of outbox.take()) {
      const list = this.#stated.get(record.topic) ?? [];
      this.#stated.set(record.topic, list);
      list.push({ origin, text: textOf(record) });
    }
  }
}
