import type { Entries } from './entry.ts';

/** The broker and its groups. */
export const brokerErrors = {
  'broker.unavailable': {
    kind: 'neighbour',
    what: 'the broker does not answer',
    expected: 'a reachable broker',
    todo: 'check the addresses and the network',
    exitCode: 69,
  },
  'broker.unauthorized': {
    kind: 'promise',
    what: 'the broker refuses these credentials, or what they may do',
    expected: 'a user that may read, write and describe the topics and groups of the config',
    todo: 'check user, password and mechanism, and the ACLs of the cluster',
    exitCode: 78,
  },
  'broker.missing-codec': {
    kind: 'promise',
    what: 'records are compressed with a codec that is not installed',
    expected: 'records without compression, or gzip',
    todo: 'set compression.type of the topic to gzip, or of its producers to gzip or none; docs/operating.md says what to do about records that are there',
    exitCode: 78,
  },
  'broker.unknown-topic': {
    kind: 'promise',
    what: 'the topic or partition does not exist',
    expected: 'a topic of the topics table, created before it is used',
    todo: 'run tocsin topics apply',
    exitCode: 78,
  },
  'broker.wrong-partitions': {
    kind: 'promise',
    what: 'topics that belong together do not have the partitions that they should have',
    expected:
      'as many partitions of every output topic as of alerts.reduced.v1, and one of those that have one',
    todo: 'stop all workers in order, then make the topics as `tocsin topics plan` says: consumers keep a mark per partition',
    exitCode: 78,
  },
  'broker.wrong-timestamps': {
    kind: 'promise',
    what: 'records of a topic do not have the times that they should have',
    expected:
      'message.timestamp.type LogAppendTime on alerts.raw.v1 and alerts.reduced.v1, since the log’s time is the clock of a shard; with `broker.arrival: event`, CreateTime on alerts.raw.v1',
    todo: 'see `tocsin topics plan` and run `tocsin topics apply`, or kafka-configs.sh --alter --topic TOPIC --add-config message.timestamp.type=LogAppendTime; `broker.arrival: event` is for a backfill',
    exitCode: 78,
  },
  'broker.invalid-record': {
    kind: 'promise',
    what: 'the broker refuses the record',
    expected: 'a record that is not larger than the topic takes, and has a key where the topic is compacted',
    todo: 'run tocsin topics apply: the dead-letter topic must take whatever the raw topic takes (max.message.bytes)',
    exitCode: 78,
  },
  'broker.foreign-record': {
    kind: 'promise',
    what: 'a record on a topic that only Tocsin writes cannot be read',
    expected: 'what this version or a compatible one wrote, under a schema id that the registry knows',
    todo: 'update this worker if a newer one wrote it, else find out who did; docs/operating.md says what to do about records that are there',
    exitCode: 78,
  },
  'broker.metadata-too-large': {
    kind: 'promise',
    what: 'the metadata of an offset commit is too large',
    expected: 'at most 4,096 bytes',
    todo: 'report it: what is kept with an offset must be bounded',
    exitCode: 70,
  },
  'broker.illegal-generation': {
    kind: 'neighbour',
    what: 'the consumer group has moved on without this member',
    expected: 'commits under the group’s current generation',
    todo: 'nothing: the new owner of the partition repeats the work',
    exitCode: 70,
  },
  'broker.session-expired': {
    kind: 'neighbour',
    what: 'the consumer group presumed this member dead',
    expected: 'handlers that return within the session timeout',
    todo: 'look for long pauses of the process; the member may join again',
    exitCode: 70,
  },
  'broker.fenced': {
    kind: 'neighbour',
    what: 'a newer producer uses this transactional id',
    expected: 'one producer per transactional id',
    todo: 'nothing: the shard is acquired again if it is still assigned here',
    exitCode: 70,
  },
  'broker.wrong-state': {
    kind: 'promise',
    what: 'the producer, transaction or consumer cannot do this now',
    expected: 'calls in the order the port describes',
    todo: 'report it with the message',
    exitCode: 70,
  },
} as const satisfies Entries;
