export type {
  Acknowledged,
  Admin,
  Batch,
  Broker,
  CommittedOffset,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  FoundTopic,
  LogRecord,
  OffsetCommit,
  OffsetRange,
  ProduceRecord,
  Producer,
  TopicPartition,
  TopicSettings,
  Transaction,
} from './broker.ts';
export { noHeaders } from './broker.ts';
export { EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded-broker.ts';
export { KafkaBroker, type KafkaBrokerOptions } from './kafka/kafka-broker.ts';
export { partitionOf } from './partitioner.ts';
export { minInSyncOf, replicasFor } from './replication.ts';
export type { Retain } from './retainer.ts';
