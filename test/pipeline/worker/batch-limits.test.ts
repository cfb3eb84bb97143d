import { expect, test } from 'vitest';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { World } from '../../support/virtual-world.ts';

async function limitsOf(settings: object): Promise<Map<string, readonly [records: number, bytes: number]>> {
  const limits = new Map<string, readonly [number, number]>();
  const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, settings });
  const worker = await world.start({
    graphs: ['reduce', 'relate'],
    through: (ports) => ({
      ...ports,
      broker: brokerWith(ports.broker, {
        consumer: (options) => {
          const [topic = ''] = options.topics;
          limits.set(topic, [options.maxBatchRecords, options.maxBatchBytes]);
          return ports.broker.consumer(options);
        },
      }),
    }),
  });
  await world.stop(worker);
  return limits;
}

test('raw records are taken in batches of their own size, where one is given', async () => {
  const usual = { batchRecords: 3, batchBytes: 1_000 };
  const alike = await limitsOf(usual);
  expect([alike.get(topics.raw.name), alike.get(topics.reduced.name)]).toEqual([
    [3, 1_000],
    [3, 1_000],
  ]);
  const apart = await limitsOf({ ...usual, rawBatchRecords: 7, rawBatchBytes: 9_000 });
  expect([apart.get(topics.raw.name), apart.get(topics.reduced.name)]).toEqual([
    [7, 9_000],
    [3, 1_000],
  ]);
});
