import { expect, test } from 'vitest';
import { watermarksOf } from '../../../../pipeline/broker/kafka/watermarks.ts';
import { refusal } from '../../../support/scripted-cluster.ts';

const ends = (partition: number) => ({ partition, offset: '9', low: '2', high: '9' });

/** A client whose answers come in turn; the last one again and again. */
function answering(...answers: readonly (readonly ReturnType<typeof ends>[] | Error)[]) {
  let asked = 0;
  return {
    fetchTopicOffsets: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? [];
      if (answer instanceof Error) throw answer;
      return [...answer];
    },
  };
}

test.each([
  ['are told', [[ends(0), ends(1)]]],
  ['are asked for again when the partition was left out', [[ends(0)], [ends(0), ends(1)]]],
  ['are asked for again when kafkajs tripped', [new TypeError('high.pop(...) is undefined'), [ends(1)]]],
])('the ends of a partition %s', async (_name, answers) => {
  expect(await watermarksOf(answering(...answers), 't', [1])).toEqual([{ low: 2, high: 9 }]);
});

test('a partition that nobody leads is an outage, not a missing topic', async () => {
  const asked = watermarksOf(answering([ends(0)]), 't', [1]);
  await expect(asked).rejects.toMatchObject({ code: 'broker.unavailable', isRetriable: true });
});

test('what the cluster refuses is not asked for again', async () => {
  const refused = refusal('TOPIC_AUTHORIZATION_FAILED', false);
  await expect(watermarksOf(answering(refused, [ends(1)]), 't', [1])).rejects.toBe(refused);
});
