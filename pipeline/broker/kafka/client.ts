import kafkajs, { type Kafka, type LogEntry, type SASLOptions } from 'kafkajs';
import { takeAnswersWhole } from './frames.ts';
import { leanBatches } from './lean-batches.ts';
import { leanRequests } from './lean-produce.ts';
import { leanRecords } from './lean-records.ts';
import { calmRequestQueues } from './request-queue.ts';
import type { Sockets } from './sockets.ts';

/** User and password for the broker; scram is preferred, plain only makes sense over TLS. */
export interface Sasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** PEM texts; an empty object means TLS with the system's authorities. */
export interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to expect in the broker's certificate, where it is not its address. */
  readonly serverName?: string;
}

export interface KafkaConnection {
  /** `host:port` of some brokers; the rest is discovered. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: Tls;
  readonly sasl?: Sasl;
  /** What the client library has to say, warnings and errors only; silent without it. */
  readonly onLog?: (level: 'warn' | 'error', message: string) => void;
}

/** kafkajs waits 300 ms before its first retry and half a minute at the most; a worker in a hurry does not. */
const retry = { initialRetryTime: 20, multiplier: 2, maxRetryTime: 1_000, retries: 8 };

/**
 * Between transactions the coordinator answers CONCURRENT_TRANSACTIONS for a few milliseconds: with the default backoff
 * each transaction costs 315 ms, with this one 16 ms.
 */
export const transactionRetry = { initialRetryTime: 5, multiplier: 1.5, maxRetryTime: 200, retries: 20 };

/**
 * A client with connections of its own. One per role: kafkajs lets the consumers and producers of one client share a table
 * of committed offsets, in which a member of a group deletes what another one needs.
 */
export function openClient(
  connection: KafkaConnection,
  { sockets, retries = retry }: { readonly sockets: Sockets; readonly retries?: typeof retry },
): Kafka {
  calmRequestQueues();
  takeAnswersWhole();
  leanRecords();
  leanBatches();
  leanRequests();
  const { brokers, clientId, tls, sasl, onLog } = connection;
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: retries,
    socketFactory: sockets.factory,
    logLevel: onLog === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.WARN,
    logCreator: () => (entry) =>
      onLog?.(entry.level <= kafkajs.logLevel.ERROR ? 'error' : 'warn', textOf(entry)),
    ...(tls === undefined ? {} : { ssl: tlsOptions(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
  });
}

function tlsOptions({ serverName, ...pem }: Tls): { servername?: string } & Omit<Tls, 'serverName'> {
  return serverName === undefined ? pem : { ...pem, servername: serverName };
}

/** kafkajs types each mechanism by itself. */
function saslOptions({ mechanism, username, password }: Sasl): SASLOptions {
  const user = { username, password };
  if (mechanism === 'plain') return { mechanism, ...user };
  if (mechanism === 'scram-sha-256') return { mechanism, ...user };
  return { mechanism, ...user };
}

function textOf({ namespace, log }: LogEntry): string {
  const cause = log['error'] === undefined ? '' : `: ${String(log['error'])}`;
  return `${namespace}: ${log.message}${cause}`;
}
