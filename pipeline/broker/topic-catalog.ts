import { TocsinError } from '../../schemas/errors.ts';
import type { ProduceRecord, TopicPartition, TopicSettings } from './broker.ts';
import { type LogLimits, PartitionLog } from './partition-log.ts';
import { partitionOf } from './partitioner.ts';

interface Topic {
  readonly settings: TopicSettings;
  readonly logs: readonly PartitionLog[];
  /** Next partition for a record without a key. */
  turn: number;
}

/** The topics of one broker and the logs behind them. */
export class TopicCatalog {
  readonly #limits: LogLimits;
  readonly #topics = new Map<string, Topic>();
  /** The topic of the last look-up: a batch rarely changes topics from one record to the next. */
  #last: Topic | undefined;

  constructor(limits: LogLimits) {
    this.#limits = limits;
  }

  /** Creates the topic unless it exists; an existing one stays as it is, whatever the settings say. */
  ensure(settings: TopicSettings): void {
    if (this.#topics.has(settings.name)) return;
    const logs = Array.from(
      { length: settings.partitions },
      (_, i) => new PartitionLog(settings, i, this.#limits),
    );
    this.#topics.set(settings.name, { settings, logs, turn: 0 });
  }

  /** The logs of a topic, by partition. Throws `broker.unknown-topic`. */
  logs(topic: string): readonly PartitionLog[] {
    return this.#topic(topic).logs;
  }

  /** Throws `broker.unknown-topic`. */
  log({ topic, partition }: TopicPartition): PartitionLog {
    return this.#log(this.#topic(topic), partition);
  }

  /** The log a record belongs to: as stated, else by key, else in turn. Throws when the topic would refuse the record. */
  logFor(record: ProduceRecord): PartitionLog {
    const topic = this.#topic(record.topic);
    if (record.key === null && topic.settings.cleanup !== 'delete') {
      throw new TocsinError('broker.invalid-record', `a record without a key for ${record.topic}`);
    }
    if (record.partition !== undefined) return this.#log(topic, record.partition);
    const partitions = topic.logs.length;
    if (record.key !== null) return this.#log(topic, partitionOf(record.key, partitions));
    topic.turn = (topic.turn + 1) % partitions;
    return this.#log(topic, topic.turn);
  }

  clear(): void {
    this.#topics.clear();
    this.#last = undefined;
  }

  #topic(name: string): Topic {
    if (this.#last?.settings.name === name) return this.#last;
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new TocsinError('broker.unknown-topic', name);
    this.#last = topic;
    return topic;
  }

  #log(topic: Topic, partition: number): PartitionLog {
    const log = topic.logs[partition];
    if (log === undefined) {
      throw new TocsinError('broker.unknown-topic', `${topic.settings.name}, partition ${partition}`);
    }
    return log;
  }
}
