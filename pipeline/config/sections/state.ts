import { z } from 'zod';
import { Nodes, secret, Tls } from '../../access/index.ts';
import { spanMs } from './numbers.ts';

const Memory = z.strictObject({
  kind: z
    .literal('memory')
    .default('memory')
    .describe('Where checkpoints live. memory: in this process, lost when it ends.'),
});

const login = {
  username: z.string().min(1).exactOptional().describe('ACL user; without it the user `default`.'),
  password: secret().exactOptional(),
};

const Sentinel = z.strictObject({
  name: z.string().min(1).default('mymaster').describe('Name of the master at the Sentinels.'),
  ...login,
});

const RedisKeys = z.strictObject({
  kind: z.literal('redis').describe('Where checkpoints live. redis: in Redis 6.2 or newer.'),
  mode: z
    .enum(['single', 'sentinel', 'cluster'])
    .default('single')
    .describe(
      'single: one server. sentinel: `nodes` are Sentinels. cluster: `nodes` are some of its members.',
    ),
  url: secret(
    z.string().regex(/^rediss?:\/\/[^\s/]+(?:\/\d{0,4})?$/, 'use redis://host:port, or rediss: for TLS'),
  )
    .exactOptional()
    .describe(
      'Address of a single server, instead of `nodes`. It may hold user and password, so it is not shown.',
    ),
  nodes: Nodes.exactOptional().describe('host:port, a list or joined by commas.'),
  prefix: z
    .string()
    .regex(/^[^\s{}]{1,100}$/, 'no blanks and no braces')
    .default('tocsin')
    .describe('First part of every key; installations that share a server need different ones.'),
  ...login,
  db: z
    .number()
    .int()
    .min(0)
    .max(9_999)
    .exactOptional()
    .describe('Number of the database; a cluster has only 0.'),
  tls: Tls.exactOptional().describe('TLS to the servers; an empty mapping trusts the system’s authorities.'),
  sentinel: Sentinel.exactOptional().describe(
    'The Sentinels’ name of the master, and how to log in at them.',
  ),
  timeoutMs: spanMs(5_000, 'How long one call may take, reconnecting included.'),
});
type RedisKeys = z.output<typeof RedisKeys>;

/** What the keys of a Redis must be among themselves, each with the sentence for those who break it. */
const rules: readonly (readonly [isKept: (keys: RedisKeys) => boolean, wanted: string])[] = [
  [({ url, nodes }) => (url === undefined) !== (nodes === undefined), 'give either `url` or `nodes`'],
  [
    ({ mode, url }) => mode === 'single' || url === undefined,
    '`url` is one server; with this `mode` use `nodes`',
  ],
  [
    ({ mode, nodes = [] }) => mode !== 'single' || nodes.length < 2,
    '`mode: single` has one node; use `mode: sentinel` or `mode: cluster` for several',
  ],
  [({ mode, db = 0 }) => mode !== 'cluster' || db === 0, 'a cluster has only `db: 0`'],
  [
    ({ mode, sentinel }) => mode === 'sentinel' || sentinel === undefined,
    '`sentinel` needs `mode: sentinel`',
  ],
];

const Redis = RedisKeys.superRefine((keys, context) => {
  for (const [isKept, message] of rules) if (!isKept(keys)) context.addIssue({ code: 'custom', message });
});

export const StateConfig = z.discriminatedUnion('kind', [Memory, Redis]);
export type StateConfig = z.output<typeof StateConfig>;
