import pino, { type DestinationStream } from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Every code that a log line can have, and what it means: people search and alert on them, so they do not change. */
export const logCodes = {
  listening: 'The API takes requests at `url`.',
  started: 'The worker has joined its groups, and takes alerts.',
  waiting: 'A neighbour does not answer yet; it is asked again, for `worker.startWithinMs` at the most.',
  'topics-unchecked':
    'The broker does not show this user how topics are configured: whose times their records have was not checked.',
  'neighbour-away': 'A neighbour does not answer any more; told when it goes away, not while it is.',
  'neighbour-back': 'A neighbour answers again.',
  'broker-client':
    'What the Kafka client says of itself (level debug); what it means for us has codes of its own.',
  stopped: 'The worker ended in order; `entered` alerts came in, the rest says what became of them.',
  'stop-cut':
    'The worker could not end in order within `worker.stopWithinMs`; nothing is lost, whoever goes on works some of it again.',
  failed: 'The worker cannot go on and stops; the exit code says more.',
  'dead-letter':
    'An alert could not be used and is on the dead-letter topic; told for the 1st, 10th, 100th … of an `error`.',
  'control-undecodable': 'A record of `control.v1` cannot be read and has no effect.',
  'control-too-large':
    'A record of `control.v1` has more than 65,536 bytes and has no effect; what it was to replace stays.',
  'records-lost': 'The log no longer holds what a shard was to read next.',
  'shard-lost':
    'Somebody else owned the shard for a moment, or a neighbour is away; it is acquired again if it is still ours.',
  'shard-waits': 'A schema cannot be had: nothing more is read of the partition until it can.',
  'shard-full':
    'So many changed rows of a shard wait for the state store (`worker.maxChangedRows`) that it takes in no more until they are stored.',
  'dead-letters-stopped':
    'So many records of a partition are dead letters that its shard stopped: mend their producer, then restart.',
  shedding: 'A partition is too far behind: its oldest records go to the overflow topic unseen.',
  'state-away':
    'The state store does not answer; the checkpoint is tried again, and processing goes on for a while.',
  'state-lost':
    'The stored state of a shard is gone; it is rebuilt from its log, without saying anything twice.',
  'state-given-up':
    'Stored state that does not belong to this log, or is damaged, was discarded, as --accept-state-reset allows; shards are rebuilt.',
  'state-incomplete':
    'The log does not reach back far enough: what was open or silenced before may be told again.',
  'offset-uncommitted':
    'The group could not be told how far a shard is stored; the next checkpoint tells it.',
  'snapshot-failed': 'A snapshot could not be written; another one follows.',
  'warehouse-in-memory': 'There is no SQL engine: counts only.',
  'warehouse-retrying': 'The warehouse did not take a batch; it is sent again.',
  'warehouse-refused':
    'The warehouse does not take a batch until somebody mends what the line names; it is sent again and again for that.',
  'warehouse-unreadable': 'A record of an output topic cannot be read; the warehouse does without it.',
  'warehouse-marks-lost': 'The offset metadata is not ours: rows may be stored twice.',
  'warehouse-left': 'The warehouse graph let go of a partition before it stored what it had read.',
} as const;

export type LogCode = keyof typeof logCodes;

/** What the pipeline says of itself: a stable code that people can search for, and the facts beside it. */
export interface Log {
  debug(code: LogCode, facts?: object): void;
  info(code: LogCode, facts?: object): void;
  warn(code: LogCode, facts?: object): void;
  error(code: LogCode, facts?: object): void;
}

/** JSON lines on `destination` (stderr by default: stdout is for data). Codes are stable, facts are not. */
export function openLog(level: LogLevel, destination: DestinationStream = pino.destination(2)): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    debug: (code, facts = {}) => logger.debug({ ...facts, code }),
    info: (code, facts = {}) => logger.info({ ...facts, code }),
    warn: (code, facts = {}) => logger.warn({ ...facts, code }),
    error: (code, facts = {}) => logger.error({ ...facts, code }),
  };
}
