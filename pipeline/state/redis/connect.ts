import { type RedisOptions as ClientOptions, Cluster, type ClusterOptions, Redis } from 'ioredis';
import { TocsinError } from '../../../schemas/errors.ts';
import {
  type NodeAddress,
  parseNode,
  type RedisLogin,
  type RedisOptions,
  type RedisTls,
} from './connection-options.ts';

export type Client = Redis | Cluster;

/** Pause before attempt n to connect: short at first, so that a failover costs little, then calm. */
const retryDelayMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 10), 1_000);

/** A Sentinel answers from memory; one that takes longer is as good as down. */
const sentinelAnswerMs = 1_000;

/** Makes the client and begins to connect. Throws `config.invalid-value` for an address that is none. */
export function connect(options: RedisOptions, timeoutMs: number): Client {
  const nodes = options.nodes.map(nodeOf);
  const shared = sharedOptions(options, timeoutMs);
  if (options.mode === 'cluster') return new Cluster(nodes, clusterOptions(shared));
  const single = { ...shared, db: options.db ?? 0, enableOfflineQueue: false, retryStrategy: retryDelayMs };
  if (options.mode === 'sentinel') return new Redis({ ...single, ...sentinelOptions(options, nodes) });
  const [node] = nodes;
  if (node === undefined) throw new TocsinError('config.missing-value', 'no address of a Redis');
  return new Redis({ ...single, ...node });
}

function sharedOptions(options: RedisOptions, timeoutMs: number) {
  return {
    ...loginOf(options),
    ...(options.tls === undefined ? {} : { tls: tlsOf(options.tls) }),
    connectionName: 'tocsin',
    connectTimeout: timeoutMs,
    // A server that went away without a word is noticed, and what was under way is sent to its successor.
    socketTimeout: timeoutMs,
    // How often a command is sent again: each script may be, but the caller should hear of a long outage.
    maxRetriesPerRequest: 3,
    // An old master that was made a replica while we were connected: reconnect and send again.
    reconnectOnError: (error: Error) => (error.message.includes('READONLY') ? 2 : false),
  } as const satisfies ClientOptions;
}

function clusterOptions(redisOptions: ReturnType<typeof sharedOptions>) {
  return {
    redisOptions,
    // Waiting happens in one place, with a deadline; a queue would fill with repeats during an outage.
    enableOfflineQueue: false,
    clusterRetryStrategy: retryDelayMs,
    // Reads must see what was just written.
    scaleReads: 'master',
    slotsRefreshTimeout: redisOptions.connectTimeout,
    // Certificates name hosts, so host names must reach TLS as they are.
    dnsLookup: (address, callback) => callback(null, address),
  } as const satisfies ClusterOptions;
}

function sentinelOptions(options: RedisOptions, nodes: readonly NodeAddress[]) {
  const { username, password } = loginOf(options.sentinel ?? {});
  return {
    name: options.master ?? 'mymaster',
    sentinels: [...nodes],
    sentinelRetryStrategy: retryDelayMs,
    // Without it one that hangs is waited for, and the others are never asked.
    sentinelCommandTimeout: sentinelAnswerMs,
    // Leaves a master that the Sentinels have replaced, even while it still answers.
    failoverDetector: true,
    ...(options.tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(options.tls) }),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
  } satisfies ClientOptions;
}

function loginOf({ username, password }: RedisLogin): { username?: string; password?: string } {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}

function tlsOf({ ca, cert, key, serverName }: RedisTls): NonNullable<ClientOptions['tls']> {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: key.reveal() }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function nodeOf(text: string): NodeAddress {
  const node = parseNode(text);
  if (node === null) throw new TocsinError('config.invalid-value', `${text} is not host:port`);
  return node;
}
