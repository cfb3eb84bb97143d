import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { EmbeddedRegistry } from '../../../pipeline/registry/index.ts';
import { readOutputs, type Seen } from '../../../pipeline/replay/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { preparedBroker } from '../../../pipeline/worker/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { laterVersionOf } from '../../support/later-version.ts';
import { shardBench } from '../../support/shard-bench.ts';
import { decisionOf } from '../warehouse/values.ts';

test('a reader lets a broker forget what it has read', async () => {
  const broker = new EmbeddedBroker({ clock: new VirtualClock(), retain: 'committed' });
  await broker.admin.ensureTopics([{ ...topics.decisions, partitions: 1 }]);
  const seen: Seen[] = [];
  const reader = await readOutputs(broker, ['decisions'], {
    value: (each) => seen.push(each),
    failure: (error) => expect.fail(error.message),
  });
  const value = codecs.decisions.encodeFramed(1, decisionOf());
  await broker.producer().send([{ topic: topics.decisions.name, partition: 0, key: null, value }]);
  await broker.idle();
  expect(seen).toEqual([{ topic: 'decisions', value: decisionOf() }]);
  expect(broker.retainedRecords({ topic: topics.decisions.name, partition: 0 })).toBe(0);
  await reader.stop();
});

test('a reader with decoders reads what a later version wrote, once the registry has told its schema', async () => {
  const registry = new EmbeddedRegistry();
  const { around, broker, clock } = await shardBench({ registry });
  const { write } = await laterVersionOf(codecs.decisions, registry);
  const seen: Seen[] = [];
  const { decoders, onTrouble } = around;
  const reader = await readOutputs(
    preparedBroker({ broker, clock, decoders, onTrouble }),
    ['decisions'],
    { value: (each) => seen.push(each), failure: (error) => expect.fail(error.message) },
    { decoders },
  );
  const record = { topic: topics.decisions.name, partition: 0, key: null, value: write(decisionOf()) };
  await broker.producer().send([record]);
  await broker.idle();
  expect(seen).toEqual([{ topic: 'decisions', value: decisionOf() }]);
  await reader.stop();
});
