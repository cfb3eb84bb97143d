import { TocsinError } from '../../schemas/errors.ts';
import type { FoundTopic, ProduceRecord, TopicPartition, TopicSettings } from './broker.ts';
import { type LogLimits, PartitionLog } from './partition-log.ts';
import { partitionOf } from './partitioner.ts';
import { configsOf, settingsWith } from './topic-configs.ts';

interface Topic {
  settings: TopicSettings;
  readonly logs: PartitionLog[];
  /** What was set by Kafka's names, whether it means anything here or not. */
  configs: Readonly<Record<string, string>>;
  /** Next partition for a record without a key. */
  turn: number;
}

/** What holds for a topic here unless it was set: one broker, which takes records as they come. */
const defaults = {
  'min.insync.replicas': '1',
  'compression.type': 'producer',
  'unclean.leader.election.enable': 'false',
  'max.message.bytes': '1048588',
};

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
    this.#topics.set(settings.name, { settings, logs, configs: {}, turn: 0 });
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

  /** Null for a topic that does not exist. */
  describe(name: string): FoundTopic | null {
    const topic = this.#topics.get(name);
    if (topic === undefined) return null;
    const configs = { ...defaults, ...configsOf(topic.settings), ...topic.configs };
    return { name, partitions: topic.logs.length, replicas: 1, configs };
  }

  /** Throws `broker.unknown-topic`. */
  alter(name: string, configs: Readonly<Record<string, string>>): void {
    const topic = this.#topic(name);
    topic.configs = { ...topic.configs, ...configs };
    topic.settings = settingsWith(topic.settings, configs);
    for (const log of topic.logs) log.alter(topic.settings);
  }

  /** Adds partitions until there are as many. Throws `broker.unknown-topic`. */
  grow(name: string, partitions: number): void {
    const { settings, logs } = this.#topic(name);
    while (logs.length < partitions) logs.push(new PartitionLog(settings, logs.length, this.#limits));
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
