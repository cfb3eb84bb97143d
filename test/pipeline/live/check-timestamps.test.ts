import { describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { checkTimestamps } from '../../../pipeline/live/check-timestamps.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { type Arrival, topicSettings } from '../../../pipeline/topic-settings.ts';
import { type ErrorCode, TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';

const partitions = { rawPartitions: 2, reducedPartitions: 2 };
const { raw, reduced, control } = topics;
type Times = 'CreateTime' | 'LogAppendTime';

/** Resolves with what was logged where the topics named have these times, and the others those of the table. */
async function checked(
  times: Readonly<Record<string, Times>>,
  { arrival = 'append', refusal }: { readonly arrival?: Arrival; readonly refusal?: ErrorCode } = {},
): Promise<readonly unknown[]> {
  const { admin } = new EmbeddedBroker({ clock: new VirtualClock() });
  const made = topicSettings(partitions);
  await admin.ensureTopics(made.map((one) => ({ ...one, timestamps: times[one.name] ?? one.timestamps })));
  const refused = async () => {
    throw new TocsinError(refusal ?? 'broker.unavailable', 'describing topics');
  };
  const describeTopics = refusal === undefined ? admin.describeTopics : refused;
  const logged: unknown[] = [];
  await checkTimestamps(
    { describeTopics },
    {
      wanted: topicSettings({ ...partitions, arrival }),
      log: { warn: (code, facts) => logged.push({ code, ...facts }) },
    },
  );
  return logged;
}

describe('topics whose times are those that shards go by', () => {
  test.each<[string, Record<string, Times>, Arrival]>([
    ['those of the log', {}, 'append'],
    ['those of the alerts, for a backfill', { [raw.name]: 'CreateTime' }, 'event'],
    ['of topics that are no shard’s clock, whatever they are', { [control.name]: 'CreateTime' }, 'append'],
  ])('%s', async (_name, times, arrival) => {
    expect(await checked(times, { arrival })).toEqual([]);
  });
});

describe('topics with other times are refused', () => {
  test.each<[string, Record<string, Times>, Arrival, string]>([
    [
      'both at once, with times that producers choose',
      { [raw.name]: 'CreateTime', [reduced.name]: 'CreateTime' },
      'append',
      `${raw.name} has CreateTime instead of LogAppendTime, ${reduced.name} has CreateTime instead of LogAppendTime`,
    ],
    [
      'the reduced topic, in a backfill too',
      { [raw.name]: 'CreateTime', [reduced.name]: 'CreateTime' },
      'event',
      `${reduced.name} has CreateTime instead of LogAppendTime`,
    ],
    [
      'a backfill into a log that would date every alert anew',
      {},
      'event',
      `${raw.name} has LogAppendTime instead of CreateTime`,
    ],
  ])('%s', async (_name, times, arrival, detail) => {
    await expect(checked(times, { arrival })).rejects.toMatchObject({
      ...{ code: 'broker.wrong-timestamps', detail, exitCode: 78 },
    });
  });
});

test('a user that may not see configurations is told so once, and works', async () => {
  const logged = await checked({ [raw.name]: 'CreateTime' }, { refusal: 'broker.unauthorized' });
  expect(logged).toEqual([
    { code: 'topics-unchecked', topics: [raw.name, reduced.name], detail: 'describing topics' },
  ]);
});

test('a broker that does not answer is no answer: whoever waits for it asks again', async () => {
  await expect(checked({}, { refusal: 'broker.unavailable' })).rejects.toMatchObject({ isRetriable: true });
});
