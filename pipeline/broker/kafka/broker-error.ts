import { type ErrorCode, TocsinError } from '../../../schemas/errors.ts';

/** Kafka's error names, as kafkajs gives them, and what they mean to us. What is not listed is `broker.unavailable`. */
const codes: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'broker.unknown-topic',
  INVALID_TOPIC_EXCEPTION: 'broker.unknown-topic',
  KafkaJSTopicMetadataNotLoaded: 'broker.unknown-topic',
  MESSAGE_TOO_LARGE: 'broker.invalid-record',
  RECORD_LIST_TOO_LARGE: 'broker.invalid-record',
  INVALID_RECORD: 'broker.invalid-record',
  INVALID_TIMESTAMP: 'broker.invalid-record',
  OFFSET_METADATA_TOO_LARGE: 'broker.metadata-too-large',
  ILLEGAL_GENERATION: 'broker.illegal-generation',
  UNKNOWN_MEMBER_ID: 'broker.illegal-generation',
  REBALANCE_IN_PROGRESS: 'broker.illegal-generation',
  NON_EMPTY_GROUP: 'broker.wrong-state',
  // Brokers tell old clients, which kafkajs is, of a newer producer by its epoch.
  INVALID_PRODUCER_EPOCH: 'broker.fenced',
  INVALID_PRODUCER_ID_MAPPING: 'broker.fenced',
  TRANSACTION_COORDINATOR_FENCED: 'broker.fenced',
  TOPIC_AUTHORIZATION_FAILED: 'broker.unauthorized',
  GROUP_AUTHORIZATION_FAILED: 'broker.unauthorized',
  CLUSTER_AUTHORIZATION_FAILED: 'broker.unauthorized',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'broker.unauthorized',
  SASL_AUTHENTICATION_FAILED: 'broker.unauthorized',
  UNSUPPORTED_SASL_MECHANISM: 'broker.unauthorized',
  ILLEGAL_SASL_STATE: 'broker.unauthorized',
  KafkaJSSASLAuthenticationError: 'broker.unauthorized',
  // The only thing it does not implement that a log can contain: Snappy, LZ4 and Zstandard.
  KafkaJSNotImplemented: 'broker.missing-codec',
};

/** An error of the client library with a code of the catalogue; ours pass as they are. */
export function brokerError(error: unknown, detail: string): TocsinError {
  if (error instanceof TocsinError) return error;
  for (const cause of causesOf(error)) {
    if (cause instanceof TocsinError) return cause;
    const code = codes[typeOf(cause)] ?? codes[String(Object(cause).name)];
    if (code !== undefined) return new TocsinError(code, `${detail}: ${messageOf(cause)}`, { cause: error });
  }
  const hint = isHangUp(error) ? '; a listener that wants other `broker.tls` or `broker.sasl` does this' : '';
  return new TocsinError('broker.unavailable', `${detail}: ${messageOf(error)}${hint}`, { cause: error });
}

/** Whether Kafka answered with one of these error names, however often it was wrapped. */
export function hasType(error: unknown, types: readonly string[]): boolean {
  return causesOf(error).some((cause) => types.includes(typeOf(cause)));
}

/** Whether the other end hung up: a listener says no more to a client that does not speak TLS or SASL as it does. */
function isHangUp(error: unknown): boolean {
  return causesOf(error).some(
    (cause) =>
      Object(cause).name === 'KafkaJSConnectionClosedError' ||
      /before secure TLS connection|\bSSL routines\b/.test(messageOf(cause)),
  );
}

/** The error, what caused it, and what it aggregates (of topics in `errors`, of groups in `groups`); wrappers of kafkajs name their innermost cause only. */
function causesOf(error: unknown): unknown[] {
  const found: unknown[] = [];
  const open = [error];
  while (open.length > 0) {
    const next = open.shift();
    if (next === undefined || next === null || found.includes(next)) continue;
    found.push(next);
    const { cause, errors, groups } = Object(next);
    open.push(cause, ...listOf(errors), ...listOf(groups).map((group) => Object(group).error));
  }
  return found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function typeOf(error: unknown): string {
  return String(Object(error).type ?? '');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
