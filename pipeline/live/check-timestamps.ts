import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Admin, FoundTopic, TopicSettings } from '../broker/index.ts';
import type { Log } from '../telemetry/index.ts';

export interface TimestampCheck {
  /** Every topic as it is to be. */
  readonly wanted: readonly TopicSettings[];
  readonly log: Pick<Log, 'warn'>;
}

/** Their records' times are the clocks of the shards that read them. */
const clocks: readonly string[] = [topics.raw.name, topics.reduced.name];

/**
 * Looks whose times the records of the raw and the reduced topic have: with those of producers, what is late, and when a
 * window is over, would be up to them. Rejects with `broker.wrong-timestamps`. A user that may read and write topics need
 * not be allowed to see their configuration: then it says so in the log and leaves it at that.
 */
export async function checkTimestamps(
  admin: Pick<Admin, 'describeTopics'>,
  { wanted, log }: TimestampCheck,
): Promise<void> {
  const found = await described(admin, log);
  const wrong = wanted.flatMap(({ name, timestamps }) => {
    const type = found.find((topic) => topic.name === name)?.configs['message.timestamp.type'];
    return type === undefined || type === timestamps ? [] : [`${name} has ${type} instead of ${timestamps}`];
  });
  if (wrong.length > 0) throw new TocsinError('broker.wrong-timestamps', wrong.join(', '));
}

async function described(
  admin: Pick<Admin, 'describeTopics'>,
  log: TimestampCheck['log'],
): Promise<readonly FoundTopic[]> {
  try {
    return await admin.describeTopics(clocks);
  } catch (error) {
    if (!(error instanceof TocsinError && error.code === 'broker.unauthorized')) throw error;
    log.warn('topics-unchecked', { topics: clocks, detail: error.detail });
    return [];
  }
}
