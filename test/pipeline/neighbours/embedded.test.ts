import { expect, test } from 'vitest';
import { ConfigTree } from '../../../pipeline/config/index.ts';
import { openNeighbours } from '../../../pipeline/neighbours/index.ts';
import { openLog } from '../../../pipeline/telemetry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';

test('without a word all neighbours are in this process, with the topics made', async () => {
  const config = ConfigTree.parse({ broker: { rawPartitions: 3, reducedPartitions: 2 } });
  const around = { clock: new VirtualClock(), log: openLog('silent') };
  const { broker, embeddedBroker, registry, close } = await openNeighbours(config, around);
  expect(embeddedBroker).toBe(broker);
  const sizes = ['raw', 'reduced', 'decisions', 'control'] as const;
  expect(await Promise.all(sizes.map((id) => broker.admin.partitions(topics[id].name)))).toEqual([
    3, 2, 2, 1,
  ]);
  expect(await registry.latest(codecs.raw.subject)).toMatchObject({ version: 1 });
  await close();
});
