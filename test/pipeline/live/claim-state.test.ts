import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { type Claiming, claimState } from '../../../pipeline/live/claim-state.ts';
import { MemoryStateStore, type TopicIds } from '../../../pipeline/state/index.ts';
import { openLog } from '../../../pipeline/telemetry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';
import { type TopicId, topics } from '../../../schemas/topics.ts';
import { checkpoint, rowsOf } from '../../contracts/state-support.ts';

const reduced = topics.reduced.name;
const all = Object.keys(topics) as TopicId[];
const idsOf = (made: number, which: readonly TopicId[] = all): TopicIds =>
  Object.fromEntries(which.map((id) => [id, `${id} ${made}`]));

/** State as of offset 3 of RELATE's shard 0, and a log of 5 records for it. */
class World {
  readonly state = new MemoryStateStore({ nonce: randomUUID });
  readonly broker = new EmbeddedBroker({ clock: new VirtualClock() });
  readonly logged: string[] = [];
  readonly ours = { clusterId: 'one', topicIds: idsOf(1), rawPartitions: 2, reducedPartitions: 2 };

  async open(): Promise<this> {
    await this.broker.admin.ensureTopics(topicSettings(this.ours));
    const records = Array.from({ length: 5 }, () => ({
      topic: reduced,
      partition: 0,
      key: null,
      value: null,
    }));
    await this.broker.producer().send(records);
    await this.state.claim(this.ours);
    await this.store(3);
    return this;
  }

  async store(offset: number): Promise<void> {
    const { lease, checkpoint: mark } = await this.state.fence({ graph: 'relate', partition: 0 });
    const { seq = 0, commitId = null } = mark ?? {};
    const changes = [{ table: 't', key: 'a', value: Buffer.from('1') }];
    await this.state.commit(lease, checkpoint({ seq: seq + 1, basedOn: commitId, offset, changes }));
  }

  claim(change: object = {}, over: Partial<Claiming> = {}): Promise<void> {
    const installation = { ...this.ours, ...change };
    const write = (line: string): void => void this.logged.push(JSON.parse(line).code);
    return claimState({
      ...{ state: this.state, broker: this.broker, installation, acceptsReset: false },
      ...{ delivery: 'effectively-once', log: openLog('info', { write }) },
      ...over,
    });
  }

  async stored(): Promise<object> {
    const { lease } = await this.state.fence({ graph: 'relate', partition: 0 });
    return rowsOf(this.state, lease);
  }

  /** What the group has committed of shard 0. */
  async committed(): Promise<number | null> {
    const place = { topic: reduced, partition: 0 };
    return (await this.broker.admin.committed('tocsin-relate', place))?.offset ?? null;
  }

  async commit(offset: number): Promise<void> {
    const consumer = this.broker.consumer({
      ...{ group: 'tocsin-relate', topics: [reduced], isolation: 'read_committed' },
      ...{ maxBatchRecords: 1, maxBatchBytes: 1 },
    });
    const nothing = (): Promise<void> => Promise.resolve();
    const onFailure = (): void => {};
    await consumer.start({ onAssigned: nothing, onRevoked: nothing, onBatch: nothing, onFailure });
    await consumer.commitOffsets([{ topic: reduced, partition: 0, offset, metadata: '' }]);
    await consumer.stop();
  }
}

let world: World;
beforeEach(async () => {
  world = await new World().open();
});

describe('state of another log', () => {
  test.each<[string, object, string]>([
    ['of another cluster', { clusterId: 'two' }, 'state.other-log'],
    ['cut into other shards', { reducedPartitions: 1 }, 'state.other-partitions'],
  ])('%s is refused, and says how it can be given up', async (_name, change, code) => {
    await expect(world.claim(change)).rejects.toMatchObject({
      ...{ code, exitCode: 78 },
      message: expect.stringContaining('--accept-state-reset'),
    });
    expect(await world.stored()).toEqual({ 't/a': '1' });
  });

  test.each<[string, object]>([
    ['of another cluster', { clusterId: 'two' }],
    ['cut into other shards', { reducedPartitions: 1 }],
  ])('%s is given up when the operator says so, and only then', async (_name, change) => {
    await world.claim(change, { acceptsReset: true });
    expect(await world.stored()).toEqual({});
    expect(await world.state.claimed()).toEqual({ ...world.ours, ...change });
    expect(world.logged).toEqual(['state-given-up']);
  });
});

describe('state that belongs to its log', () => {
  test('is kept, also by an operator who would give it up', async () => {
    await world.commit(3);
    await world.claim();
    await world.claim({}, { acceptsReset: true });
    await world.claim({}, { acceptsReset: true, delivery: 'exactly-once' });
    expect(await world.stored()).toEqual({ 't/a': '1' });
    expect(world.logged).toEqual([]);
  });

  test('is kept when there are more raw partitions', async () => {
    await world.claim({ rawPartitions: 3 });
    expect(await world.state.claimed()).toEqual({ ...world.ours, rawPartitions: 3 });
    expect(await world.stored()).toEqual({ 't/a': '1' });
  });
});

describe('state ahead of its log, which an operator accepts to lose', () => {
  test('goes when it was stored beyond the end of the log', async () => {
    await world.store(6);
    await world.claim({}, { acceptsReset: true });
    expect(await world.stored()).toEqual({});
  });

  test('goes with the offsets of its group when those are beyond the end of the log', async () => {
    await world.commit(9);
    await world.claim({}, { acceptsReset: true });
    expect([await world.stored(), await world.committed()]).toEqual([{}, null]);
  });

  test('goes when it is ahead of what was committed exactly once', async () => {
    await world.commit(2);
    await world.claim({}, { acceptsReset: true });
    expect(await world.stored()).toEqual({ 't/a': '1' });
    await world.claim({}, { acceptsReset: true, delivery: 'exactly-once' });
    expect([await world.stored(), await world.committed()]).toEqual([{}, 2]);
  });
});

describe('state of topics that were made anew', () => {
  const outputs: readonly TopicId[] = [
    'enriched',
    'suppressed',
    'incidents',
    'aggregates',
    'decisions',
    'snapshots',
  ];
  const letters: readonly TopicId[] = ['overflow', 'deadLetters', 'handledLetters'];
  const remade = (...which: readonly TopicId[]) => ({ topicIds: { ...idsOf(1), ...idsOf(2, which) } });
  const namesOf = (ids: readonly TopicId[]): string => ids.map((id) => topics[id].name).join(', ');

  test.each<[string, readonly TopicId[], string, readonly TopicId[]]>([
    ['only the raw topic', ['raw'], 'alerts.raw.v1; ', ['reduced', ...outputs, ...letters]],
    ['only the control topic', ['control'], 'control.v1; ', ['reduced', ...outputs]],
    ['only the reduced topic', ['reduced'], 'alerts.reduced.v1; ', outputs],
    [
      'all but one output',
      ['raw', 'reduced', ...outputs.slice(1), ...letters],
      'alerts.raw.v1, alerts.reduced.v1; ',
      ['enriched'],
    ],
    [
      'all but the dead letters',
      ['raw', 'reduced', ...outputs],
      'alerts.raw.v1, alerts.reduced.v1; ',
      letters,
    ],
  ])(
    '%s: refused, also with a reset, and told what else speaks of the old records',
    async (_name, which, said, stale) => {
      const detail = `${said}not made anew with it: ${namesOf(stale)}`;
      for (const acceptsReset of [false, true]) {
        const claimed = world.claim(remade(...which), { acceptsReset });
        await expect(claimed).rejects.toMatchObject({ code: 'state.other-topic', exitCode: 78, detail });
      }
      expect(await world.stored()).toEqual({ 't/a': '1' });
    },
  );

  test('all together: refused, and given up with the offsets of the groups when the operator says so', async () => {
    await world.commit(3);
    const anew = remade(...all.filter((id) => id !== 'control'));
    await expect(world.claim(anew)).rejects.toMatchObject({ code: 'state.other-topic' });
    await world.claim(anew, { acceptsReset: true });
    expect([await world.stored(), await world.committed()]).toEqual([{}, null]);
    await world.claim(anew);
    expect(world.logged).toEqual(['state-given-up']);
  });

  test.each<[string, object]>([
    ['an output alone', remade('incidents')],
    ['nothing, by a broker that names no topics', { topicIds: {} }],
  ])('%s: the state is kept', async (_name, change) => {
    await world.claim(change);
    expect(await world.stored()).toEqual({ 't/a': '1' });
  });
});
