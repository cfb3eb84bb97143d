import { describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { checkTopics } from '../../../pipeline/live/check-topics.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';

/** What is found in a log whose topics are as they should be, but for those named: absent, or of another size. */
async function checked(changes: Readonly<Record<string, number | 'absent'>>) {
  const { admin } = new EmbeddedBroker({ clock: new VirtualClock() });
  const settings = topicSettings({ rawPartitions: 6, reducedPartitions: 3 }).flatMap((topic) => {
    const change = changes[topic.name] ?? topic.partitions;
    return change === 'absent' ? [] : [{ ...topic, partitions: change }];
  });
  await admin.ensureTopics(settings);
  return checkTopics(admin);
}

test('topics that fit together are counted', async () => {
  expect(await checked({})).toEqual({ rawPartitions: 6, reducedPartitions: 3 });
});

describe('topics that do not fit are refused', () => {
  test.each<[string, Record<string, number | 'absent'>, string, string]>([
    [
      'all that are missing, at once',
      { 'alerts.raw.v1': 'absent', 'decisions.v1': 'absent' },
      'broker.unknown-topic',
      'alerts.raw.v1, decisions.v1',
    ],
    [
      'an output with fewer partitions than the reduced topic',
      { 'incidents.v1': 2 },
      'broker.wrong-partitions',
      'incidents.v1 has 2 instead of 3',
    ],
    [
      'an output with more, since shard i writes partition i',
      { 'alerts.enriched.v1': 4 },
      'broker.wrong-partitions',
      'alerts.enriched.v1 has 4 instead of 3',
    ],
    [
      'controls over several partitions, which would have no order',
      { 'control.v1': 2 },
      'broker.wrong-partitions',
      'control.v1 has 2 instead of 1',
    ],
  ])('%s', async (_name, changes, code, detail) => {
    await expect(checked(changes)).rejects.toMatchObject({ code, detail, exitCode: 78 });
  });
});
