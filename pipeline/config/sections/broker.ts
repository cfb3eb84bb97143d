import { z } from 'zod';
import { Nodes, secret, Tls } from '../../access/index.ts';
import { count, spanMs } from './numbers.ts';

const partitions = {
  rawPartitions: count(4, 4096, 'Partitions of alerts.raw.v1: how wide REDUCE can run.'),
  reducedPartitions: count(
    4,
    4096,
    'Partitions of alerts.reduced.v1 and of every output topic: how wide RELATE can run.',
  ),
};

const Embedded = z.strictObject({
  kind: z
    .literal('embedded')
    .default('embedded')
    .describe('Where the log lives. embedded: inside this process.'),
  ...partitions,
});

const Sasl = z.strictObject({
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .describe('plain sends the password as it is: only over TLS.'),
  username: z.string().min(1),
  password: secret(),
});

const Kafka = z.strictObject({
  kind: z.literal('kafka').describe('Where the log lives. kafka: in a Kafka cluster.'),
  ...partitions,
  brokers: Nodes.describe('host:port of some brokers, a list or joined by commas; the rest is discovered.'),
  clientId: z.string().min(1).default('tocsin').describe('What the brokers call this client in their logs.'),
  groupPrefix: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'use letters, digits, `.`, `_` and `-`')
    .default('tocsin')
    .describe(
      'First part of the names of consumer groups (`tocsin-reduce`, …) and transactional ids on the cluster.',
    ),
  arrival: z
    .enum(['append', 'event'])
    .default('append')
    .describe(
      'Whose times raw alerts have. append: the broker’s, as it took them (LogAppendTime). event: their own (CreateTime), for a backfill in their order; what is late is up to its producers then.',
    ),
  tls: Tls.exactOptional().describe('TLS to the brokers; an empty mapping trusts the system’s authorities.'),
  sasl: Sasl.exactOptional().describe('User of the cluster.'),
  sessionTimeoutMs: spanMs(12_000, 'A worker that is not heard of for this long loses its partitions.'),
  rebalanceTimeoutMs: spanMs(30_000, 'How long a worker may take to let go of its partitions.'),
});

export const BrokerConfig = z.discriminatedUnion('kind', [Embedded, Kafka]);
export type BrokerConfig = z.output<typeof BrokerConfig>;
