import { expect, test, vi } from 'vitest';
import { frame } from '../../../pipeline/registry/index.ts';
import { SinkConfig } from '../../../pipeline/warehouse/index.ts';
import { openSink } from '../../../pipeline/worker/warehouse.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import type { ControlCopy } from '../../../schemas/reduced.ts';
import { topics } from '../../../schemas/topics.ts';
import { AskedRegistry } from '../../support/asked-registry.ts';
import { laterVersionOf } from '../../support/later-version.ts';
import { shardBench } from '../../support/shard-bench.ts';
import { alert } from '../../support/story-input.ts';
import { dawn, minute, second, World } from '../../support/virtual-world.ts';
import { StoringWarehouse } from '../warehouse/sink-bench.ts';
import { decisionOf } from '../warehouse/values.ts';

const silence: ControlCopy = {
  ...{ kind: 'control', index: 0 },
  control: {
    ...{ kind: 'silence', id: 's', tenant: 'acme', createdBy: '', comment: '' },
    matchers: [{ name: 'alertname', op: '=', value: 'DiskFull' }],
    ...{ startsAt: 0, endsAt: dawn + 60 * minute },
  },
};

const away = new TocsinError('registry.unavailable', 'connection refused');

/** A world whose shards have been told of the silence by a later version, and meet an alert that it mutes. */
async function silenced(world: World): Promise<readonly string[]> {
  const { write } = await laterVersionOf(codecs.reduced, world.embedded.registry);
  const topic = topics.reduced.name;
  await world.send([0, 1].map((partition) => ({ topic, partition, key: null, value: write(silence) })));
  await world.run([alert({ at: 5 * second })], { until: dawn + 3 * minute });
  const told = async (id: 'enriched' | 'suppressed') => (await world.read(id)).flat().map(() => id as string);
  return [...(await told('enriched')), ...(await told('suppressed'))];
}

test('RELATE reads what a later version of REDUCE wrote', async () => {
  const world = await World.open();
  await world.start();
  expect(new Set(await silenced(world))).toEqual(new Set(['suppressed']));
  expect([world.failures, world.troubles]).toEqual([[], []]);
});

test('RELATE waits for the registry where it needs it', async () => {
  const world = await World.open();
  await world.start();
  vi.spyOn(world.embedded.registry, 'schemaById').mockRejectedValueOnce(away);
  expect(new Set(await silenced(world))).toEqual(new Set(['suppressed']));
  // One question for both shards, which wait for its answer.
  expect([world.failures, world.troubles]).toEqual([[], ['shard-waits', 'shard-waits']]);
});

test.each([
  ['that is no record of ours', Buffer.from('{}'), 'no schema id: record.bad-framing'],
  ['under a schema that nobody knows', frame(99, Buffer.from('?')), 'schema id 99: record.unknown-schema'],
])('a record %s stops RELATE, which names its place', async (_name, value, words) => {
  const world = await World.open();
  await world.start();
  await world.send([{ topic: topics.reduced.name, partition: 1, key: null, value }]);
  const offset = (await world.read('reduced'))[1]?.length ?? 0;
  expect(world.failures).toHaveLength(1);
  expect(world.failures[0]).toMatchObject({
    code: 'broker.foreign-record',
    detail: expect.stringContaining(`alerts.reduced.v1/1 at offset ${offset - 1}, ${words}`),
  });
});

test('WAREHOUSE stores what a later version wrote, and waits for the registry where it needs it', async () => {
  const registry = new AskedRegistry();
  const { around, broker, clock, troubles } = await shardBench({ registry });
  const { write } = await laterVersionOf(codecs.decisions, registry);
  registry.failure = away;
  const store = new StoringWarehouse();
  const onFailure = (error: Error) => expect.fail(error.message);
  const sink = openSink({ store, config: SinkConfig.parse({}) }, { ...around, onFailure });
  await sink.start();
  const own = codecs.decisions.encodeFramed(around.schemaIds.decisions, decisionOf());
  const values = [own, write(decisionOf({ origin: { shard: 0, offset: 9, n: 0 } }))];
  const topic = topics.decisions.name;
  await broker
    .producer()
    .send(values.map((value) => ({ topic, partition: 0, key: Buffer.from('k'), value })));
  await broker.idle();
  expect([sink.held, troubles]).toEqual([0, ['shard-waits']]);
  registry.failure = null;
  clock.advanceTo(clock.now() + second);
  await broker.idle();
  await sink.flush();
  expect(store.origins).toEqual([decisionOf().origin.offset, 9]);
  await sink.stop();
});
