import { beforeEach, describe, expect, test } from 'vitest';
import type { ReduceEvent } from '../../../operators/events.ts';
import type { Consumer } from '../../../pipeline/broker/index.ts';
import { reduceGraph } from '../../../pipeline/graphs.ts';
import { HeartbeatSource } from '../../../pipeline/worker/heartbeat.ts';
import type { Ports, WorkerSettings } from '../../../pipeline/worker/index.ts';
import { ShardRunner } from '../../../pipeline/worker/shard-runner.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';
import { quickConfig, second } from '../../support/virtual-world.ts';

const place = { topic: topics.raw.name, partition: 0 };

/** A REDUCE shard whose records are handed over by the test, and a journal of what its beats do. */
interface Scene {
  readonly bench: ShardBench;
  readonly runner: ShardRunner<ReduceEvent>;
  readonly source: HeartbeatSource;
  readonly journal: string[];
  /** Sends alerts to the raw topic. */
  arrive(...names: readonly string[]): Promise<void>;
  /** Hands everything that arrived to the shard. */
  process(): Promise<void>;
  /** What the log of reduced partition `to` was told by this shard. */
  told(to: number): string[];
}

async function scene(
  handled: { position: number } = { position: 0 },
  settings: Partial<WorkerSettings> = {},
): Promise<Scene> {
  const journal: string[] = [];
  const bench = await shardBench({
    through: (ports) => watched(ports, journal),
    settings: { flushIdleMs: 30 * second, ...settings },
  });
  const operators = quickConfig();
  const graph = reduceGraph(operators, () => {
    throw new Error('nothing here is Avro');
  });
  const consumer: Consumer = {
    ...{ start: async () => {}, stop: async () => {}, commitOffsets: async () => {} },
    ...{ pause: () => {}, resume: () => {}, seek: () => {} },
    position: () => handled.position,
    owns: async () => true,
    committed: async (places) => places.map(() => null),
  };
  const runner = new ShardRunner(
    {
      ...{ graph, partition: 0, epoch: 1, consumer, isTransactional: false },
      ...{ prepare: async () => {}, onLost: (error: unknown) => Promise.reject(error) },
    },
    bench.around,
  );
  await runner.acquire();
  journal.length = 0;
  let read = 0;
  const arrived: { offset: number; timestamp: number; value: Uint8Array }[] = [];
  return {
    ...{ bench, runner, journal },
    source: new HeartbeatSource(runner, bench.around),
    arrive: async (...names) => {
      for (const name of names) {
        const value = Buffer.from(JSON.stringify({ name }));
        await bench.broker.producer().send([{ ...place, key: null, value }]);
        arrived.push({ offset: arrived.length, timestamp: bench.clock.now(), value });
      }
    },
    process: async () => {
      const records = arrived.slice(read).map((record) => ({ ...record, key: null, headers: {} }));
      read = arrived.length;
      handled.position = read;
      await runner.process({ ...place, epoch: 1, records, highWatermark: read });
    },
    told: (to) =>
      bench.sent
        .filter(({ topic, partition }) => topic === topics.reduced.name && partition === to)
        .map(({ value }) => describeFact(value)),
  };
}

function describeFact(value: Uint8Array | null): string {
  const fact = codecs.reduced.decode(value ?? new Uint8Array(), 5);
  if (fact.kind === 'heartbeat')
    return `shard ${fact.shard} of ${fact.shards} complete ${fact.complete - start}`;
  return fact.kind === 'partial' ? `${fact.head.name} x${fact.count}` : fact.kind;
}

const start = 1_000_000;

function watched({ broker, state, clock }: Ports, journal: string[]): Ports {
  return {
    state,
    clock: {
      schedule: (due, act) => clock.schedule(due, act),
      turn: () => clock.turn(),
      now: () => {
        journal.push('clock');
        return clock.now();
      },
    },
    broker: brokerWith(broker, {
      admin: {
        ...broker.admin,
        watermarks: (partition) => {
          journal.push('log end');
          return broker.admin.watermarks(partition);
        },
      },
      producer: () => {
        const producer = broker.producer();
        return {
          begin: () => producer.begin(),
          close: () => producer.close(),
          send: (records) => {
            journal.push(describeFact(records[0]?.value ?? null).includes('complete') ? 'claim' : 'facts');
            return producer.send(records);
          },
        };
      },
    }),
  };
}

describe('HeartbeatSource', () => {
  let it: Scene;
  beforeEach(async () => {
    it = await scene();
  });

  test('claims up to the clock less the slack, to every partition of the reduced topic', async () => {
    it.bench.clock.advanceTo(start + 2_000);
    await it.source.beat();
    for (const partition of [0, 1]) expect(it.told(partition)).toEqual(['shard 0 of 2 complete 1500']);
  });

  test('reads the clock, then finds the end of the log, then states held facts, then claims', async () => {
    await it.arrive('A', 'A', 'A');
    await it.process();
    it.bench.clock.advanceTo(start + 10 * 60 * second);
    it.journal.length = 0;
    await it.source.beat();
    expect(it.journal.slice(0, 4)).toEqual(['clock', 'log end', 'facts', 'claim']);
    expect([...it.told(0), ...it.told(1)].filter((fact) => fact.startsWith('A'))).toEqual(['A x1', 'A x3']);
  });

  test('what arrives while it looks for the end of the log is not claimed', async () => {
    await it.arrive('A');
    await it.process();
    it.bench.clock.advanceTo(start + 5_000);
    await it.arrive('B');
    await it.source.beat();
    // Busy: the time of the last record it has processed, less the slack, is all it can speak for.
    expect(
      it
        .told(0)
        .concat(it.told(1))
        .filter((fact) => fact.includes('complete')),
    ).toEqual(Array(2).fill('shard 0 of 2 complete -500'));
    await it.process();
    await it.source.beat();
    expect(it.told(0)).toContain('shard 0 of 2 complete 4500');
  });

  test('without slack, too, the last millisecond stays open: more may come in it', async () => {
    it = await scene({ position: 0 }, { clockSlackMs: 0 });
    it.bench.clock.advanceTo(start + 2_000);
    await it.source.beat();
    expect(it.told(0)).toEqual(['shard 0 of 2 complete 1999']);
  });

  test('never claims what it has claimed, nor less', async () => {
    it.bench.clock.advanceTo(start + 5_000);
    await it.source.beat();
    await it.source.beat();
    await it.arrive('A');
    await it.source.beat();
    expect(it.told(0)).toEqual(['shard 0 of 2 complete 4500']);
  });

  test('offsets of markers and aborted records do not make it busy: the consumer stepped over them', async () => {
    const handled = { position: 0 };
    it = await scene(handled);
    await it.arrive('A');
    await it.process();
    const producer = it.bench.broker.producer({ transactionalId: 't' });
    const transaction = await producer.begin();
    await transaction.send([{ ...place, key: null, value: Buffer.from('aborted') }]);
    it.bench.clock.advanceTo(start + 5_000);
    await it.source.beat();
    expect(it.told(0), 'an open transaction may still add records below the clock').not.toContain(
      'shard 0 of 2 complete 4500',
    );
    await transaction.abort();
    handled.position = 3;
    await it.source.beat();
    expect(it.told(0)).toContain('shard 0 of 2 complete 4500');
  });

  test('a shard that has been quiet for a while states its open counts, a busy one waits', async () => {
    await it.arrive('A', 'A');
    await it.process();
    const facts = () => [...it.told(0), ...it.told(1)].filter((fact) => fact.startsWith('A'));
    await it.source.beat();
    it.bench.clock.advanceTo(start + 29 * second);
    await it.source.beat();
    expect(facts()).toEqual(['A x1']);
    it.bench.clock.advanceTo(start + 30 * second);
    await it.source.beat();
    expect(facts()).toEqual(['A x1', 'A x2']);
    it.bench.clock.advanceTo(start + 31 * second);
    await it.source.beat();
    expect(facts(), 'nothing new, nothing said').toHaveLength(2);
  });

  test('stores what the last batch of a shard that went quiet has left', async () => {
    it.bench.clock.advanceTo(start + 1);
    it = await scene();
    await it.arrive('A');
    await it.process();
    it.bench.clock.advanceTo(it.bench.clock.now() + second);
    await it.source.beat();
    await new Promise<void>((resolve) => setImmediate(resolve));
    const { checkpoint } = await it.bench.state.fence({ graph: 'reduce', partition: 0 });
    expect(checkpoint?.offset).toBe(1);
  });

  test('a released shard is silent', async () => {
    it.runner.drop();
    it.bench.clock.advanceTo(start + 5_000);
    await it.source.beat();
    expect(it.bench.sent).toEqual([]);
  });
});
